/**
 * The cleaning rules again, one after another on strings, slow and plain: what src/indexer/text/clean.ts does in one
 * pass over bytes has to come out the same.
 */
export function referenceCleaning(bytes: Buffer, dehyphenate: boolean): { text: string; invalid: number } {
  let invalid = 0
  let text = decode(bytes)
    .replace(/#\{(\d+)\}/g, (_, digits) => unit(Number(digits)))
    .toWellFormed()
    .replace(/[\uFFFD\uFDD0-\uFDEF\p{Noncharacter_Code_Point}]/gu, () => {
      invalid++
      return ' '
    })
    .replaceAll('\u200B', '')
    .replace(/[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\t]/g, ' ')
  if (dehyphenate) {
    text = text.replace(/(?<=[\p{L}\p{M}])[-\u2010\u00AD\u00AC] *(?:\r\n|\r|\n) *(?=\p{L})/gu, '')
  }
  text = text.replace(/\r\n|\r|\n/g, ' ').replace(/^ +| +$/g, '')
  return { text, invalid }
}

function decode(bytes: Buffer): string {
  const [a, b] = bytes
  const encoding = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}

function unit(value: number): string {
  if (value === 0 || value > 0x10ffff) return '\uFFFD'
  return value > 0xffff ? String.fromCodePoint(value) : String.fromCharCode(value)
}
