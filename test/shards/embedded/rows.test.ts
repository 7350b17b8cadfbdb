import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TextRow, textRows } from '../../../src/shards/embedded/rows.ts'
import { tokenize } from '../../../src/shards/search/tokens.ts'

const numbers = (count: number, word = (index: number) => `w${index}`) =>
  Array.from({ length: count }, (_, index) => word(index)).join(' ')

/** Lexeme → positions, as the literal says. */
function lexemes(row: TextRow): Map<string, number[]> {
  const list = [...row.words.matchAll(/'([^']+)':([\d,]+)/g)]
  return new Map(list.map(([, word, positions]) => [word!, positions!.split(',').map(Number)]))
}

const wordCount = (row: TextRow) => [...lexemes(row).values()].flat().length

test('a page of ordinary length is one row, its text untouched', () => {
  const text = '  The cat;\nthe CAT. '
  expect([...textRows(text)]).toEqual([{ text, words: "'the':1,3 'cat':2,4", dropped: 0 }])
})

test('text without words gives no row', () => {
  for (const text of ['', ' \n', '… — !', '\u0301']) expect([...textRows(text)]).toEqual([])
})

test('rows end at 16,000 words, and positions start at 1 again', () => {
  const rows = [...textRows(numbers(40_000))]
  expect(rows.map(wordCount)).toEqual([16_000, 16_000, 8_000])
  for (const row of rows) expect(Math.min(...[...lexemes(row).values()].flat())).toBe(1)
})

test('rows end at 256 kB of text, counted in bytes of UTF-8', () => {
  const rows = [...textRows(numbers(12_000, (index) => `${'я'.repeat(20)}${index}`))]
  expect(rows.length).toBe(3)
  for (const row of rows) expect(Buffer.byteLength(row.text)).toBeLessThanOrEqual(256 * 1024)
})

test('rows end where a word has 255 positions: the server would forget the rest', () => {
  const rows = [...textRows('so '.repeat(600))]
  expect(rows.map(wordCount)).toEqual([255, 255, 90])
})

test('rows end before a tsvector would grow beyond 1 MB', () => {
  const rows = [...textRows(numbers(15_000, (index) => `${'ﷺ'.repeat(3)}${index}`))]
  for (const row of rows) {
    const bytes = [...lexemes(row).keys()].reduce((sum, word) => sum + Buffer.byteLength(word) + 12, 0)
    expect(bytes).toBeLessThan(1_000_000)
  }
  expect(rows.reduce((sum, row) => sum + wordCount(row), 0)).toBe(15_000)
})

test('words of more than 2,046 bytes are left out and counted; their place stays', () => {
  const [row] = [...textRows(`a ${'x'.repeat(2_047)} ${'y'.repeat(2_046)} b`)]
  expect(row?.dropped).toBe(1)
  expect([...lexemes(row!).entries()].map(([word, at]) => [word.length, ...at])).toEqual([
    [1, 1],
    [2_046, 3],
    [1, 4],
  ])
})

test('cut text loses no word, and the text of each row gives its words at their places', () => {
  const pieces = fc.constantFrom('so ', 'ab ', '中', '国 ', '\n', 'é', '. ')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (list) => {
      const text = list.join('').repeat(120)
      const rows = [...textRows(text)]
      // not the words of the rows' texts: the letter that stands in two rows ends the first as a word of its own
      const kept = new Set(rows.flatMap((row) => [...lexemes(row).keys()]))
      for (const row of rows) {
        const at = new Map([...tokenize(row.text)].map(({ word, position }) => [position, word]))
        for (const [word, positions] of lexemes(row))
          for (const position of positions) expect(at.get(position)).toBe(word)
      }
      expect(kept).toEqual(new Set([...tokenize(text)].map(({ word }) => word)))
      expect(rows.reduce((sum, row) => sum + wordCount(row), 0)).toBe([...tokenize(text)].length)
    }),
    // The examples are cut within a run of pairs.
    { numRuns: 50, examples: [[['中', '中', '中']], [['中', '中', '中', '中', '中', '国 ']]] },
  )
})
