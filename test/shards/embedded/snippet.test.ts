import fc from 'fast-check'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { textRows } from '../../../src/shards/embedded/rows.ts'
import { tsquery } from '../../../src/shards/embedded/tsquery.ts'
import { ownMarks } from '../../../src/shards/search/marks.ts'
import { parseQuery } from '../../../src/shards/search/query.ts'
import { snippet } from '../../../src/shards/search/snippet.ts'
import { testDatabase } from '../../services/database.ts'

const database = await testDatabase()
const client = new pg.Client({ connectionString: database.url })
await client.connect()
afterAll(async () => {
  await client.end()
  await database.drop()
})

const marked = (text: string, query: string) => snippet(text, ownMarks(text, parseQuery(query).wanted))

test('a short text is shown whole, white space folded', () => {
  expect(marked('One\n  cat\u00a0sat', 'CAT')).toBe('One <em>cat</em> sat')
})

test('a long text is cut at words around the match', () => {
  const text = `${'before '.repeat(100)}needle ${'after '.repeat(100)}`
  const shown = marked(text, 'needle')
  expect(shown).toMatch(/^…before (before )+<em>needle<\/em>( after)+…$/)
  expect(shown.length).toBeLessThan(270)
})

test('the stretch with most of the phrases is shown, not the first match', () => {
  const text = `red ${'filler '.repeat(100)} red blue ${'filler '.repeat(100)}`
  expect(marked(text, 'red blue')).toContain('<em>red</em> <em>blue</em>')
})

test('words of a phrase are marked only where they follow each other', () => {
  expect(marked('cat big, big cat', '"big cat"')).toBe('cat big, <em>big</em> <em>cat</em>')
})

test('pairs of one run are marked as one stretch, a single letter alone', () => {
  expect(marked('北京图书馆藏', '图书馆')).toBe('北京<em>图书馆</em>藏')
  expect(marked('北京图书馆藏', '书')).toBe('北京图<em>书</em>馆藏')
})

test('cuts never part a surrogate pair', () => {
  for (const match of ['needle', 'needles']) {
    for (const between of ['', '!', '!!']) {
      const shown = marked(`${'😀'.repeat(300)}${between}${match}${'😀'.repeat(300)}`, match)
      expect(shown.isWellFormed()).toBe(true)
    }
  }
})

test('a match longer than a snippet is shown whole', () => {
  const word = 'x'.repeat(1_000)
  expect(marked(`start ${word} end`, word)).toContain(`<em>${word}</em>`)
})

const letters = fc.string({ unit: fc.constantFrom(...'abÁſ中国한ｶﾞ書  .\n\u2029'), maxLength: 30 })
const queries = fc.string({ unit: fc.constantFrom(...'abá中国한カ書  "'), minLength: 1, maxLength: 8 })

test('a snippet is the text with marks and nothing else', () => {
  fc.assert(
    fc.property(letters, queries, (text, query) => {
      const shown = marked(text, query)
      if (shown !== '') expect(shown.replace(/<\/?em>/g, '').replace(/\s+/g, '')).toBe(text.replace(/\s+/g, ''))
    }),
  )
})

test('a text is marked exactly when the server says it matches', async () => {
  await fc.assert(
    fc.asyncProperty(letters, queries, async (text, query) => {
      const { wanted } = parseQuery(query)
      const [row] = [...textRows(text)]
      fc.pre(wanted.length > 0 && row !== undefined)
      for (const phrase of wanted) {
        const { rows } = await client.query('SELECT $1::tsvector @@ $2::tsquery AS matches', [
          row!.words,
          tsquery([phrase], '&'),
        ])
        expect(snippet(text, ownMarks(text, [phrase])) !== '').toBe(rows[0].matches)
      }
    }),
    { numRuns: 300 },
  )
})
