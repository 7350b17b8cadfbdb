/** More than the text of all but the largest volumes, compressed; what is larger is not kept. */
const mostKept = 8 * 2 ** 20

/**
 * One piece of memory used again and again, for bytes that are used up before anyone else gets a turn. A new Buffer for
 * each volume is a new mapping each time, and stays until the garbage collector comes by.
 */
export class Scratch {
  #bytes = Buffer.alloc(0)

  /** `length` bytes of any content, until the next call. */
  take(length: number): Buffer {
    if (length > mostKept) return Buffer.allocUnsafe(length)
    if (length > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(Math.min(length * 2, mostKept))
    return this.#bytes.subarray(0, length)
  }
}
