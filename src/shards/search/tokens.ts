/**
 * How text becomes words. Of every engine: how what a person typed is divided, and where in a page to look for it. In the embedded
 * engine it is the one rule for what is indexed, asked and marked: the parser of the server depends on the locale of the
 * cluster and gives no positions to mark.
 */

export interface Token {
  /** The folded word. Holds letters, digits and marks only, so it needs no escaping in a tsvector or tsquery. */
  readonly word: string
  /**
   * `word`: a run of letters and digits. Scripts written without blanks give overlapping pairs instead: `pair`; `last`
   * is the final letter of such a run, `lone` a run of one letter. As every letter then begins some token, a query for
   * one letter is a prefix search.
   */
  readonly kind: 'word' | 'pair' | 'last' | 'lone'
  /** From 1, rising; neighbours differ by 1. */
  readonly position: number
  /** UTF-16 offsets in the text that was read, folding undone. */
  readonly start: number
  readonly end: number
}

/** Between two texts kept as one: no phrase matches across it. */
export const textSeparator = '\u2029'

// Hangul is written with blanks, but particles stick to the noun; pairs find the noun with and without them.
const unspaced =
  '[[\\p{L}\\p{N}]&&[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}]]'
// One letter of such a script: a Hangul syllable spelled in jamo, or a base with its marks and half-width sound marks.
const unit = `(?:(?:[\\u1100-\\u115f]+[\\u1160-\\u11a7]+[\\u11a8-\\u11ff]*|${unspaced})[\\p{M}\\uff9e\\uff9f]*)`
const ignorable = '\\u00ad\\u0640\\u200b-\\u200d\\ufeff'
const spaced = `[[\\p{L}\\p{N}\\p{M}${ignorable}]--${unspaced}]+`

const runs = new RegExp(`(?<unspaced>${unit}+)|${spaced}|${textSeparator}`, 'gv')
const units = new RegExp(unit, 'gv')

// Marks that readers leave out: accents, vowel points. Those of Indic scripts are vowels, and the two kana sound marks
// make other letters: they stay.
const optionalMarks =
  /[[\p{M}&&[\p{sc=Inherited}\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Hebrew}\p{sc=Arabic}\p{sc=Syriac}]]--[\u3099\u309a]]/gv
const notWord = /[^\p{L}\p{N}\p{M}]|\u0640/gu
const ascii = /^[\x00-\x7f]*$/
// Letters that Unicode does not decompose though readers type them plain.
const plain: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ς: 'σ',
}
const plainLetters = new RegExp(`[${Object.keys(plain).join('')}]`, 'g')

/** Folds a word: compatibility forms, case, optional marks and a few letters; idempotent. */
export function fold(word: string): string {
  if (ascii.test(word)) return word.toLowerCase()
  return word
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(optionalMarks, '')
    .replace(plainLetters, (letter) => plain[letter] ?? letter)
    .replace(notWord, '')
    .normalize('NFC')
}

/** The words of a text in order. */
export function* tokenize(text: string): Generator<Token> {
  let position = 1
  for (const match of text.matchAll(runs)) {
    const start = match.index
    if (match[0] === textSeparator) {
      position += 1
    } else if (match.groups?.unspaced !== undefined) {
      for (const token of pairs(match[0], start, position)) {
        position = token.position + 1
        yield token
      }
    } else {
      const word = fold(match[0])
      if (word !== '') yield { word, kind: 'word', position: position++, start, end: start + match[0].length }
    }
  }
}

function* pairs(run: string, offset: number, position: number): Generator<Token> {
  const letters = [...run.matchAll(units)].map((match) => ({
    word: fold(match[0]),
    start: offset + match.index,
    end: offset + match.index + match[0].length,
  }))
  for (const [index, letter] of letters.entries()) {
    const next = letters[index + 1]
    if (next)
      yield {
        word: letter.word + next.word,
        kind: 'pair',
        position: position + index,
        start: letter.start,
        end: next.end,
      }
    else yield { ...letter, kind: letters.length === 1 ? 'lone' : 'last', position: position + index }
  }
}
