const endAndLongestComment = 20 + 22 + 0xffff
const chunk = 256 * 1024

/** Bytes of a zip as they are asked for: a directory of 1,000 entries costs one read or two, not 2,000. */
export class ZipWindow {
  /** What was read last. */
  bytes: Buffer
  readonly size: number
  readonly #read: (position: number, length: number) => Buffer
  #start: number

  /** Begins with the end of the file, where the directory is said to be and often is. */
  constructor(read: (position: number, length: number) => Buffer, size: number) {
    this.#read = read
    this.size = size
    this.#start = Math.max(0, size - endAndLongestComment)
    this.bytes = read(this.#start, size - this.#start)
  }

  /** Position in the file of the first byte of `bytes`. */
  get start(): number {
    return this.#start
  }

  /** Where in `bytes` that position is, with so many bytes from there on. Throws when the file ends before. */
  at(position: number, length: number): number {
    const inside = position - this.#start
    if (inside >= 0 && inside + length <= this.bytes.length) return inside
    if (position + length > this.size) throw new Error('it ends before its directory does')
    this.bytes = this.#read(position, Math.min(Math.max(length, chunk), this.size - position))
    this.#start = position
    if (this.bytes.length < length) throw new Error('it ends before its directory does')
    return 0
  }
}
