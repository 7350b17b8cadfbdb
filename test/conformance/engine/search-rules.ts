import { describe, expect, test } from 'vitest'
import type { Scope } from '../../../src/shards/search/scope.ts'
import { type DocumentParts, document } from './documents.ts'
import { type Difference, type Subject, shards } from './subject.ts'

const { one, two } = shards

/** What a query asks and what an answer says. Each rule uses words of its own, as all share one index. */
export function searchRules(subject: Subject, differences: readonly Difference[]): void {
  const post = (parts: Omit<DocumentParts, 'fence'> & { fence?: number }, shard = one) =>
    subject.engine.post(shard, [document({ fence: 10, ...parts })])
  const search = (query: string, limit = 10, pagesPerHit = 10, scope: Scope = {}) =>
    subject.engine.search(query, { limit, pagesPerHit, ...scope })
  const found = async (query: string, scope: Scope = {}) =>
    (await search(query, 10, 10, scope)).hits.map((hit) => hit.id).sort()

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

    test('neither a removed item nor the marker is found by its id, its fence or another field of SLIP', async () => {
      const { engine } = subject
      await post({ id: 'hidden.1', fence: 7_001, pages: ['a ruff'] }, two)
      await engine.remove(two, [{ id: 'hidden.1', fence: 7_002, rev: 2 }])
      await engine.mark(two, await engine.marker(two), 1_764_000_000_000_020)
      await engine.commit(two, 'visible')
      const nothing = { total: 0, hits: [] }
      const is = (field: string, ...values: string[]) => ({ filters: [{ field, values }] })
      expect(await search('', 10, 0, is('id', 'hidden.1', 'durability marker'))).toEqual(nothing)
      expect(await search('', 10, 0, is('fence', '0', '7001', '7002'))).toEqual(nothing)
      expect(await search('-ruff', 10, 0, is('fence', '0', '7001', '7002'))).toEqual(nothing)
      for (const query of ['hidden.1', '"durability marker"'])
        expect(await search(query, 10, 0, { field: 'id' })).toEqual(nothing)
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

    test('with a field the words are looked for there alone', async () => {
      await post({ id: 'field.title', title: 'Dotterel, a bird', pages: ['of the shore'] })
      await post({ id: 'field.author', author: 'Dotterel, D.', pages: ['a shore'] }, two)
      await post({ id: 'field.text', title: 'A bird', pages: ['one dotterel', 'a second dotterel'] })
      expect(await found('dotterel')).toEqual(['field.author', 'field.text', 'field.title'])
      expect(await found('dotterel', { field: 'title' })).toEqual(['field.title'])
      expect(await found('dotterel', { field: 'titleProper' })).toEqual(['field.title'])
      expect(await found('dotterel', { field: 'author' })).toEqual(['field.author'])
      expect(await found('dotterel shore', { field: 'title' })).toEqual([])
      expect(await found('"bird dotterel"', { field: 'title' })).toEqual([])
      expect(await found('dotterel -bird', { field: 'title' })).toEqual([])
      const { hits } = await search('dotterel', 10, 10, { field: 'ocr' })
      expect(hits.map(({ id, pages }) => [id, pages.length])).toEqual([['field.text', 2]])
      expect((await search('dotterel', 10, 10, { field: 'title' })).hits[0]).toMatchObject({
        shard: one,
        title: 'Dotterel, a bird',
        pages: [],
      })
    })

    test('a field that is read in a way of its own is found by what was typed', async () => {
      await post({ id: 'field.call', callnumber: 'QL696 .C43' })
      expect(await found('"QL696 .C43"', { field: 'callnumber' })).toEqual(['field.call'])
    })

    test('a word of which a field keeps nothing is in no item, and leaves none out', async () => {
      await post({ id: 'field.numbers', title: 'Melville', isbn: ['9783161484100'], oclc: ['(OCoLC)4711'] })
      expect(await found('4711', { field: 'oclc' })).toEqual(['field.numbers'])
      expect(await found('melville', { field: 'oclc' })).toEqual([])
      expect(await found('9783161484100', { field: 'isbn' })).toEqual(['field.numbers'])
      expect(await found('9783161484100 "(pbk.)"', { field: 'isbn' })).toEqual([])
      expect(await found('9783161484100 -pbk', { field: 'isbn' })).toEqual(['field.numbers'])
      const filters = [{ field: 'id', values: ['field.numbers'] }]
      expect(await found('-pbk', { field: 'isbn', filters })).toEqual(['field.numbers'])
      expect(await found('-melville', { field: 'oclc', filters })).toEqual(['field.numbers'])
    })

    test('a word that is too long for the index is in no item', async () => {
      // one letter that folding makes eighteen
      const word = '\ufdfa'.repeat(100)
      await post({ id: 'field.long', title: 'a whimbrel', pages: [`a whimbrel ${word}`] })
      expect(await found(word)).toEqual([])
      expect(await found(`whimbrel ${word}`)).toEqual([])
      expect(await found(`whimbrel -${word}`)).toEqual(['field.long'])
    })

    test('filters let through what has one of the values in each field', async () => {
      await post({ id: 'filter.1', title: 'turnstone', language: ['English', 'Old Norse'], rights: 2 })
      await post({ id: 'filter.2', title: 'turnstone', language: ['Old Norse'] }, two)
      await post({ id: 'filter.3', pages: ['a turnstone'], rights: 9 })
      const is = (field: string, ...values: string[]) => ({ field, values })
      expect(await found('turnstone', { filters: [is('language', 'Old Norse')] })).toEqual(['filter.1', 'filter.2'])
      expect(await found('turnstone', { filters: [is('language', 'Old')] })).toEqual([])
      expect(await found('turnstone', { filters: [is('language', 'old norse')] })).toEqual([])
      expect(await found('turnstone', { filters: [is('rights', '2', '9')] })).toEqual(['filter.1', 'filter.3'])
      expect(await found('turnstone', { filters: [is('rights', '02', '9')] })).toEqual(['filter.1', 'filter.3'])
      const both = { filters: [is('rights', '2', '9'), is('language', 'English')] }
      expect(await found('turnstone', both)).toEqual(['filter.1'])
      expect(await found('turnstone', { ...both, field: 'ocr' })).toEqual([])
      expect(await found('turnstone', { ...both, field: 'title' })).toEqual(['filter.1'])
    })

    test('without words a filter alone says what is found; what is left out counts', async () => {
      await post({ id: 'alone.1', title: 'godwit', language: ['Quenya'] })
      await post({ id: 'alone.2', title: 'a knot', language: ['Quenya'], pages: ['godwit'] }, two)
      await post({ id: 'alone.3', language: ['Quenya'] })
      await subject.engine.remove(one, [{ id: 'alone.3', fence: 12, rev: 2 }])
      const filters = [{ field: 'language', values: ['Quenya'] }]
      expect(await search('', 1, 0, { filters })).toMatchObject({ total: 2, hits: [{ pages: [] }] })
      expect(await found('', { filters })).toEqual(['alone.1', 'alone.2'])
      expect(await found('-knot', { filters })).toEqual(['alone.1'])
      expect(await found('-godwit', { filters, field: 'title' })).toEqual(['alone.2'])
    })

    test.each(['" OR "', '\\', '*:*', 'a}b{!lucene}', "'"])(
      'operators mean nothing in the filter %j',
      async (value) => {
        await post({ id: 'filter.syntax', title: 'dunlin', language: ['English'] })
        expect(await found('dunlin', { filters: [{ field: 'language', values: [value] }] })).toEqual([])
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
