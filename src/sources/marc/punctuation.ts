/**
 * A heading without the punctuation that cataloguing puts at its end: one of `, / ; :`, a full stop after a word of three
 * letters or more (after fewer it is an abbreviation), and a bracket around the whole.
 */
export function trimPunctuation(text: string): string {
  return text
    .trimEnd()
    .replace(/[,/;:]$/, '')
    .trimEnd()
    .replace(/([\p{L}\p{M}\p{N}_]{3})\.$/u, '$1')
    .replace(/^\[?([^[\]]+)\]?$/, '$1')
    .trim()
}

/** In lower case, punctuation as blanks, and one blank where there were several. */
export function sortKey(text: string): string {
  return text.replace(/\p{P}/gu, ' ').replace(/\s+/g, ' ').trim().toLowerCase()
}
