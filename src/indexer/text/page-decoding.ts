/** A decoded code point, or why there is none, and the bytes it took. Reused: no allocation for each character. */
export interface Decoded {
  /** -1 when the bytes are no character. */
  codePoint: number
  length: number
}

/** The bytes of a page without their byte order mark, as (possibly broken) UTF-8; UTF-16 is known by its mark. */
export function asUtf8(bytes: Buffer): Buffer {
  const mark = bytes.toString('hex', 0, 2)
  // Broken UTF-16 becomes U+FFFD, which counts as invalid like any other.
  if (mark === 'fffe') return Buffer.from(new TextDecoder('utf-16le').decode(bytes))
  if (mark === 'feff') return Buffer.from(new TextDecoder('utf-16be').decode(bytes))
  return bytes.toString('hex', 0, 3) === 'efbbbf' ? bytes.subarray(3) : bytes
}

/**
 * Decodes the UTF-8 sequence at `at`. Of ill-formed bytes it takes the longest start of a well-formed sequence as one
 * (Unicode 3.9, "maximal subpart"; the same as a browser).
 */
export function decodeUtf8(bytes: Uint8Array, at: number, into: Decoded): void {
  const lead = bytes[at]!
  const more = lead < 0x80 ? 0 : lead < 0xc2 || lead > 0xf4 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3
  into.codePoint = more < 0 ? -1 : more === 0 ? lead : lead & (0x3f >> more)
  into.length = 1
  let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  while (into.length <= more) {
    const next = bytes[at + into.length]
    if (next === undefined || next < low || next > high) {
      into.codePoint = -1
      return
    }
    into.codePoint = (into.codePoint << 6) | (next & 0x3f)
    into.length++
    low = 0x80
    high = 0xbf
  }
}

/**
 * Decodes a Google character reference `#{1234}` at `at`; two of them that are a surrogate pair are one character.
 * False when there is none. `#{0}`, a lone surrogate and a number beyond 10FFFF are no character.
 */
export function decodeReference(bytes: Uint8Array, at: number, into: Decoded): boolean {
  const first = referenceAt(bytes, at, into)
  if (first < 0) return false
  const length = into.length
  if (first >= 0xd800 && first <= 0xdbff) {
    const second = referenceAt(bytes, at + length, into)
    if (second >= 0xdc00 && second <= 0xdfff) {
      into.codePoint = 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff)
      into.length += length
      return true
    }
  }
  into.codePoint = first === 0 || first > 0x10ffff || (first >= 0xd800 && first <= 0xdfff) ? -1 : first
  into.length = length
  return true
}

/** The number in a reference, cut at 110000, and its bytes in `into.length`; -1 when there is no reference. */
function referenceAt(bytes: Uint8Array, at: number, into: Decoded): number {
  if (bytes[at] !== 0x23 || bytes[at + 1] !== 0x7b) return -1
  let end = at + 2
  let value = 0
  for (let digit = bytes[end]!; digit >= 0x30 && digit <= 0x39; digit = bytes[++end]!) {
    value = Math.min(value * 10 + digit - 0x30, 0x110000)
  }
  if (end === at + 2 || bytes[end] !== 0x7d) return -1
  into.length = end + 1 - at
  return value
}
