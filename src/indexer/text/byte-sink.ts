// Half as much again, but a document of 200 MB must not ask for 100 MB it does not need.
const largestStep = 16 * 2 ** 20

/** A Buffer that grows at its end; the document of an item is written into one from the first byte to the last. */
export class ByteSink {
  bytes: Buffer
  length = 0

  /** `capacity` in bytes: a good guess spares copies, a bad one costs nothing else. */
  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity)
  }

  /** Makes room for `extra` more bytes; `bytes` may be another Buffer afterwards. */
  reserve(extra: number): void {
    const needed = this.length + extra
    if (needed <= this.bytes.length) return
    const step = Math.min(this.bytes.length >> 1, largestStep)
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length + step))
    this.bytes.copy(grown, 0, 0, this.length)
    this.bytes = grown
  }

  write(text: string): void {
    // A UTF-16 unit is three bytes of UTF-8 at most.
    this.reserve(text.length * 3)
    this.length += this.bytes.write(text, this.length, 'utf8')
  }

  /** What has been written; a view, valid until the next write. */
  written(start = 0, end = this.length): Buffer {
    return this.bytes.subarray(start, end)
  }
}
