import { hash } from 'node:crypto'

/** Words of a fingerprint: 128 bits, of which no two of any number of ids are the same. */
const words = 4

/** Tells which ids came before, in 16 to 48 bytes for each, whatever its length. */
export class SeenIds {
  #table = new Uint32Array(words * 1_024)
  #size = 0

  /** False when it was added before. */
  add(id: string): boolean {
    const print = fingerprintOf(id)
    const at = placeOf(this.#table, print)
    if (this.#table[at + words - 1] !== 0) return false
    this.#table.set(print, at)
    this.#size++
    if (this.#size * words * 2 > this.#table.length) this.#grow()
    return true
  }

  #grow(): void {
    const larger = new Uint32Array(this.#table.length * 2)
    for (let from = 0; from < this.#table.length; from += words) {
      const print = this.#table.subarray(from, from + words)
      if (print[words - 1] !== 0) larger.set(print, placeOf(larger, print))
    }
    this.#table = larger
  }
}

/** Its last word is never 0: that marks an empty place. */
function fingerprintOf(id: string): Uint32Array {
  const bytes = hash('sha256', id, 'buffer')
  const print = new Uint32Array(words)
  for (let word = 0; word < words; word++) print[word] = bytes.readUInt32LE(word * 4)
  print[words - 1] = (print[words - 1] as number) | 1
  return print
}

/** Where a fingerprint stands, or the empty place where it belongs. The table is never full. */
function placeOf(table: Uint32Array, print: Uint32Array): number {
  const places = table.length / words
  for (let place = (print[0] as number) % places; ; place = (place + 1) % places) {
    const at = place * words
    if (table[at + words - 1] === 0) return at
    if (print.every((word, index) => table[at + index] === word)) return at
  }
}
