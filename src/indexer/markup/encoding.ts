import { isUtf8 } from 'node:buffer'

/** The encoding of XML in UTF-16 that has no byte order mark: it begins with `<`, and every other byte is none; null for other files. */
export function unmarkedUtf16(bytes: Buffer): 'utf-16le' | 'utf-16be' | null {
  const beginning = bytes.toString('hex', 0, 4)
  if (/^3c00[2-7].00$/.test(beginning)) return 'utf-16le'
  return /^003c00[2-7].$/.test(beginning) ? 'utf-16be' : null
}

/**
 * Whether a file without a mark is UTF-8 though its declaration may name another encoding. One that says UTF-16 was converted
 * since. One that says ISO-8859-1 or the like and reads as UTF-8 is UTF-8, as the sample of the Bibliothèque nationale
 * is. Throws RangeError for an encoding that nobody knows.
 */
export function isUtf8Despite(declared: string | undefined, bytes: Buffer): boolean {
  if (declared === undefined || /^(?:utf-?8|(?:us-)?ascii|utf-?16(?:le|be)?)$/i.test(declared)) return true
  return /^(?:iso-8859|windows-125)/.test(new TextDecoder(declared).encoding) && isUtf8(bytes)
}
