import { describe, expect, test } from 'vitest'
import type { PageText } from '../../../src/shards/engine.ts'
import { type Analyse, type AnalysedWord, analysedMarks } from '../../../src/shards/search/analysed.ts'
import { pageFinder } from '../../../src/shards/search/best-pages.ts'
import { parseQuery } from '../../../src/shards/search/query.ts'
import { tokenize } from '../../../src/shards/search/tokens.ts'

/** Reads as we do; `change` makes another reading of it. Remembers what it was given to read. */
function analysis(change: (word: string) => string = (word) => word) {
  const read: string[] = []
  const analyse: Analyse = async (texts, side) => {
    if (side === 'index') read.push(...texts)
    return texts.map((text) => [...tokenize(text)].map((token) => ({ ...token, word: change(token.word) })))
  }
  return { analyse, read }
}

const pagesOf = (...texts: string[]): PageText[] =>
  texts.map((text, index) => ({ order: index + 1, label: null, text }))

async function find(query: string, pages: PageText[], most: number, { analyse } = analysis()) {
  const finder = await pageFinder(parseQuery(query).wanted, analyse)
  return (await finder(pages, most)).map(({ order, snippet }) => [order, snippet])
}

describe('the best pages', () => {
  test('are those with most of the phrases, then those where they are densest', async () => {
    const pages = pagesOf('a walrus', 'no', 'walrus and pelican', 'walrus walrus walrus')
    expect((await find('walrus pelican', pages, 9)).map(([order]) => order)).toEqual([3, 4, 1])
  })

  test('are found by reading no more of a page than lies around its best match', async () => {
    const far = 'filler '.repeat(10_000)
    const reader = analysis()
    const found = await find('needle', pagesOf(`${far}a needle there ${far}`, far), 1, reader)
    expect(found).toEqual([[1, expect.stringContaining(' a <em>needle</em> there ')]])
    expect(reader.read.length).toBe(1)
    expect(reader.read[0]?.length).toBeLessThan(2_000)
  })

  test('are not those of which the engine says otherwise, and the next take their place', async () => {
    const reader = analysis((word) => (word === 'heron' ? 'egret' : word))
    const pages = pagesOf('heron heron', 'plain', 'grey heron', 'grey bird')
    expect(await find('"grey bird"', pages, 1, reader)).toEqual([[4, '<em>grey</em> <em>bird</em>']])
    const { analyse } = reader
    const finder = await pageFinder(parseQuery('heron').wanted, async (texts, side) =>
      side === 'query' ? [[{ word: 'heron', position: 1, start: 0, end: 5 }]] : analyse(texts, side),
    )
    expect(await finder(pages, 9)).toEqual([])
  })

  test('are found by the engine alone where its reading is another than ours', async () => {
    const stem = analysis((word) => word.replace(/(ing|s)$/, ''))
    const long = `${'other words '.repeat(2_000)}he fishes`
    expect(await find('fishe', pagesOf('nothing', long), 2, stem)).toEqual([
      [2, expect.stringMatching(/words he <em>fishes<\/em>$/)],
    ])
  })

  test('of none are none, and nobody is asked', async () => {
    const reader = analysis()
    expect(await find('word', pagesOf('a word'), 0, reader)).toEqual([])
    expect(reader.read).toEqual([])
  })

  test('a stretch read alone parts no surrogate pair', async () => {
    const reader = analysis((word) => word.replace(/s$/, ''))
    await find('fishe', pagesOf('😀'.repeat(9_001)), 1, reader)
    expect(reader.read.length).toBeGreaterThan(1)
    expect(reader.read.every((text) => text.isWellFormed())).toBe(true)
    expect(reader.read.join('')).toBe('😀'.repeat(9_001))
  })
})

describe('what an engine reads', () => {
  const word = (text: string, position: number, start: number): AnalysedWord => ({
    word: text,
    position,
    start,
    end: start + text.length,
  })
  // as Solr reads 北京大 in the index
  const letters = [word('北', 1, 0), word('北京', 1, 0), word('京', 2, 1), word('京大', 2, 1), word('大', 3, 2)]

  test('is marked where the words of a phrase stand at its distances, whichever of several at one place it is', () => {
    const marks = (...phrases: AnalysedWord[][]) =>
      analysedMarks(letters, phrases).map(({ start, end }) => [start, end])
    expect(marks([word('北京', 1, 0), word('京大', 2, 1)])).toEqual([[0, 3]])
    expect(marks([word('京', 7, 0)])).toEqual([[1, 2]])
    expect(marks([word('北京', 1, 0), word('北京', 2, 1)])).toEqual([])
  })

  test('a phrase of which nothing is left is nowhere', () => {
    expect(analysedMarks(letters, [[]])).toEqual([])
  })
})
