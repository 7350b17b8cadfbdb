import { describe, expect, test } from 'vitest'
import { type DocumentParts, document } from './documents.ts'
import { type Difference, type Subject, shards } from './subject.ts'

const { one, two } = shards

/** What a query asks and what an answer says. Each rule uses words of its own, as all share one index. */
export function searchRules(subject: Subject, differences: readonly Difference[]): void {
  const post = (parts: Omit<DocumentParts, 'fence'> & { fence?: number }, shard = one) =>
    subject.engine.post(shard, [document({ fence: 10, ...parts })])
  const search = (query: string, limit = 10, pagesPerHit = 10) => subject.engine.search(query, { limit, pagesPerHit })
  const found = async (query: string) => (await search(query)).hits.map((hit) => hit.id).sort()

  describe('search', () => {
    test('a hit names item, shard, title, author, date and the pages by order and printed number', async () => {
      await post(
        {
          id: 'hit.all',
          title: 'A voyage',
          author: 'Someone',
          publishDate: '1875',
          pages: [
            { text: 'nothing here', label: 'i' },
            { text: 'zebrafish swim', order: 7, label: '3' },
            { text: 'no' },
            { text: 'one zebrafish', order: 9, label: null },
          ],
        },
        two,
      )
      const { total, hits } = await search('zebrafish')
      expect(total).toBe(1)
      expect(hits[0]).toMatchObject({
        id: 'hit.all',
        shard: two,
        title: 'A voyage',
        author: 'Someone',
        publishDate: '1875',
      })
      expect(hits[0]?.score).toBeGreaterThan(0)
      expect(hits[0]?.pages.toSorted((a, b) => a.order - b.order)).toEqual([
        { order: 7, label: '3', snippet: '<em>zebrafish</em> swim' },
        { order: 9, label: null, snippet: 'one <em>zebrafish</em>' },
      ])
    })

    test('the best page comes first, and no more pages than asked for', async () => {
      const pages = ['a walrus', 'walrus walrus walrus walrus', 'a walrus again']
      await post({ id: 'hit.best', pages })
      const { hits } = await search('walrus', 1, 2)
      expect(hits[0]?.pages.length).toBe(2)
      expect(hits[0]?.pages[0]?.order).toBe(2)
      expect((await search('walrus', 1, 0)).hits[0]?.pages).toEqual([])
    })

    test('total counts items, not pages, and is not cut by the limit', async () => {
      for (const number of [1, 2, 3])
        await post({ id: `total.${number}`, pages: ['narwhal', 'narwhal'] }, number === 3 ? two : one)
      const { total, hits } = await search('narwhal', 2)
      expect([total, hits.length]).toEqual([3, 2])
    })

    test('all words must be there', async () => {
      await post({ id: 'all.both', pages: ['red pelican blue'] })
      await post({ id: 'all.one', pages: ['red pelican'] })
      expect(await found('pelican blue')).toEqual(['all.both'])
    })

    test('words in quotation marks must follow each other', async () => {
      await post({ id: 'phrase.yes', pages: ['the grey\nheron stands'] })
      await post({ id: 'phrase.no', pages: ['heron, grey as ever; grey old heron'] })
      expect(await found('"grey heron"')).toEqual(['phrase.yes'])
      expect(await found('grey heron')).toEqual(['phrase.no', 'phrase.yes'])
      expect(await found('“grey heron"')).toEqual(['phrase.yes'])
    })

    const reaches = differences.includes('phrases across pages')
    test(`a phrase ${reaches ? 'reaches' : 'does not reach'} from one page to the next, and is on neither`, async () => {
      await post({ id: 'phrase.pages', pages: ['it ends with purple', 'gannet begins it'] })
      const { hits } = await search('"purple gannet"')
      expect(hits.map(({ id }) => id)).toEqual(reaches ? ['phrase.pages'] : [])
      expect(hits.flatMap(({ pages }) => pages)).toEqual([])
    })

    test('-word and -"phrase" leave items out, whatever page they are on', async () => {
      await post({ id: 'not.with', pages: ['a cormorant', 'on another page a mackerel'] })
      await post({ id: 'not.without', pages: ['a cormorant'] })
      expect(await found('cormorant -mackerel')).toEqual(['not.without'])
      expect(await found('cormorant -"another page"')).toEqual(['not.without'])
      expect(await found('-mackerel')).toEqual([])
    })

    test('catalogue text is found: title, author, date, volume, allfields; such a hit has no pages', async () => {
      await post({
        id: 'cat.1',
        title: 'Guillemots',
        author: 'Puffin, P.',
        publishDate: '1871',
        volume_enumcron: 'v.17',
        allfields: 'gannetry 245',
      })
      for (const query of ['guillemots', 'puffin', 'guillemots 1871', 'puffin "v 17"', 'gannetry'])
        expect(await found(query)).toEqual(['cat.1'])
      expect((await search('guillemots')).hits[0]?.pages).toEqual([])
    })

    test('a list of titles shows the first and finds all', async () => {
      await post({ id: 'cat.list', title: ['Kittiwake one', 'Fulmar two'] })
      expect((await search('fulmar')).hits[0]?.title).toBe('Kittiwake one')
      expect(await found('"one fulmar"')).toEqual([])
    })

    test('an updated item is found by its new words only', async () => {
      await post({ id: 'update.1', title: 'oldtitleword', pages: ['oldpageword', 'oldpageword'] })
      await post({ id: 'update.1', title: 'newtitleword', pages: ['newpageword'], fence: 11 })
      expect(await found('oldpageword')).toEqual([])
      expect(await found('oldtitleword')).toEqual([])
      expect(await found('newpageword')).toEqual(['update.1'])
    })

    test('a removed item is never found, nor a refused older post of it', async () => {
      await post({ id: 'gone.1', title: 'ptarmigan', pages: ['ptarmigan'] })
      await subject.engine.remove(one, [{ id: 'gone.1', fence: 12, rev: 2 }])
      await post({ id: 'gone.1', pages: ['ptarmigan'], fence: 11 })
      expect(await search('ptarmigan')).toEqual({ total: 0, hits: [] })
    })

    test.each(['', ' ', '"', '""', '-', '!&|():*<->', "'", '\\', '...', '\0'])(
      'the query %j asks for nothing and finds nothing',
      async (query) => {
        expect(await search(query)).toEqual({ total: 0, hits: [] })
      },
    )

    test.each(["osprey' OR 1=1 --", 'osprey & | ! ( )', 'osprey:*', '\\osprey\\', '"osprey'])(
      'operators of the engine mean nothing in the query %j',
      async (query) => {
        await post({ id: 'syntax.1', pages: ['osprey or 1 1'] })
        expect(await found(query)).toEqual(['syntax.1'])
      },
    )

    test('limits out of range are clamped', async () => {
      await post({ id: 'clamp.1', pages: ['bittern'] })
      for (const limit of [-1, 0, 1e9]) expect((await search('bittern', limit, -5)).total).toBe(1)
    })

    test.each([
      ['the same word again and again', 'word '.repeat(20_000)],
      ['many words', Array.from({ length: 500 }, (_, at) => at).join(' ')],
      ['many words left out', `word ${Array.from({ length: 500 }, (_, at) => -at).join(' ')}`],
    ])('a long query is answered: %s', async (_, query) => {
      await post({ id: 'long.1', pages: ['a word'] })
      expect((await search(query)).total).toBeGreaterThanOrEqual(0)
    })
  })
}
