/**
 * Deflate with fixed codes (RFC 1951, 3.2.6). The results of zlib differ between versions and processors; the sample
 * library must be the same bytes everywhere, and METS holds their checksums. Some 15 % larger than zlib's.
 */

const lengthBase = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]
const lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
const distanceBase = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
]
const distanceExtra = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13]
const longestMatch = 258
const window = 32_768
const triesPerPlace = 64

/** Raw deflate, as in a zip entry. */
export function deflate(bytes: Buffer): Buffer {
  const out = new BitWriter()
  out.bits(1, 1)
  out.bits(1, 2)
  const places = new Map<number, number[]>()
  for (let at = 0; at < bytes.length; ) {
    const match = longest(bytes, at, places)
    const taken = match?.length ?? 1
    if (match === null) literal(out, bytes[at]!)
    else reference(out, match)
    for (const end = at + taken; at < end; at++) remember(bytes, at, places)
  }
  literal(out, 256)
  return out.finish()
}

interface Match {
  readonly length: number
  readonly distance: number
}

const keyAt = (bytes: Buffer, at: number): number => (at + 2 < bytes.length ? bytes.readUIntBE(at, 3) : -1)

function remember(bytes: Buffer, at: number, places: Map<number, number[]>): void {
  const key = keyAt(bytes, at)
  const known = places.get(key)
  if (known === undefined) places.set(key, [at])
  else known.push(at)
}

function longest(bytes: Buffer, at: number, places: Map<number, number[]>): Match | null {
  let best: Match | null = null
  const candidates = keyAt(bytes, at) < 0 ? [] : (places.get(keyAt(bytes, at)) ?? []).slice(-triesPerPlace)
  for (const place of candidates.reverse()) {
    if (at - place > window) break
    let length = 3
    while (length < longestMatch && at + length < bytes.length && bytes[place + length] === bytes[at + length]) length++
    if (best === null || length > best.length) best = { length, distance: at - place }
  }
  return best
}

function literal(out: BitWriter, symbol: number): void {
  if (symbol < 144) out.code(0x30 + symbol, 8)
  else if (symbol < 256) out.code(0x190 + symbol - 144, 9)
  else if (symbol < 280) out.code(symbol - 256, 7)
  else out.code(0xc0 + symbol - 280, 8)
}

function reference(out: BitWriter, { length, distance }: Match): void {
  const forLength = lengthBase.findLastIndex((base) => base <= length)
  literal(out, 257 + forLength)
  out.bits(length - lengthBase[forLength]!, lengthExtra[forLength]!)
  const forDistance = distanceBase.findLastIndex((base) => base <= distance)
  out.code(forDistance, 5)
  out.bits(distance - distanceBase[forDistance]!, distanceExtra[forDistance]!)
}

class BitWriter {
  #bytes: number[] = []
  #byte = 0
  #used = 0

  /** Lowest bit first. */
  bits(value: number, count: number): void {
    for (let bit = 0; bit < count; bit++) {
      this.#byte |= ((value >> bit) & 1) << this.#used
      this.#used++
      if (this.#used === 8) {
        this.#bytes.push(this.#byte)
        this.#byte = 0
        this.#used = 0
      }
    }
  }

  /** Huffman codes go highest bit first. */
  code(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) this.bits((value >> bit) & 1, 1)
  }

  finish(): Buffer {
    if (this.#used > 0) this.#bytes.push(this.#byte)
    return Buffer.from(this.#bytes)
  }
}
