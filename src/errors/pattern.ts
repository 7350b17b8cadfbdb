/**
 * What a message says with what it says it about left out, so that equal faults of different items group: each id,
 * number, path, URL, address, run of hex digits and quoted text becomes `…`, and a list of them one `…`. Words stay,
 * so two faults never fall together unless they differ in such values alone.
 *
 * At most 255 UTF-16 units, as the column holds; no control characters, no half character. The same for a given text in
 * every release that shares a database: old rows keep the pattern they were written with, and a changed rule would show
 * one fault as two groups.
 */
export function patternOf(message: string): string {
  const text = plain(message)
    .replace(url, value)
    .replace(quoted, value)
    .replace(token, (word) => (isValue(word) ? value : word))
    .replace(list, value)
  return cut(text, longest).trimEnd()
}

const value = '…'
const longest = 255
/** Bounds the time on a message of megabytes, such as an engine's answer; the column of messages holds no more. */
const longestRead = 4_000

const url = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>()[\]]*[^\s"'<>()[\].,:;!?]/gi

/**
 * Double quotes may hold escaped ones and, in a message that was cut, never end. An apostrophe within a word opens and
 * closes nothing.
 */
const quoted =
  /"(?:[^"\\]|\\.)*(?:"|\\?$)|`[^`]*`|“[^”]*”|‘[^’]*’|«[^»]*»|(?<![\p{L}\p{N}])'(?:[^']|'(?=[\p{L}\p{N}]))*'/gu

/** A run without blanks, brackets and marks; the punctuation that ends a sentence is not part of it. */
const token = /[^\s"`“”‘’«»<>()[\]{},;=|]*[^\s"`“”‘’«»<>()[\]{},;=|.:!?]/gu

const list = /…(?:(?:\s*[,;]\s*|\s+(?:(?:and|or|to)\s+)?)…)+/gu

const digit = /\p{N}/u
const hex = /^[0-9a-f]{8,}$/i
const path = /^(?:~|\.{1,2})?\/|\/.*\/|\\/
/** `mdp.abc`, `mets.xml`; not `java.lang.Exception`, which names the fault. */
const dotted = /^[^.]{2,}\.[^.]{2,}$/

const isValue = (word: string): boolean =>
  digit.test(word) || word.includes('@') || path.test(word) || dotted.test(word) || hex.test(word)

/** One line in one normal form: a database refuses a NUL and a lone surrogate, and a file name may hold both. */
function plain(message: string): string {
  return cut(message, longestRead)
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
}

/** The first `length` units, one less where the cut would halve a character. */
function cut(text: string, length: number): string {
  const last = text.charCodeAt(length - 1)
  const halves = text.length > length && last >= 0xd800 && last < 0xdc00
  return text.slice(0, halves ? length - 1 : length)
}
