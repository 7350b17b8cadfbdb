import { beforeAll, describe, expect, test } from 'vitest'
import { fields } from '../../../src/shards/fields.ts'
import { schemaDescription } from '../../../src/shards/schema/description.ts'
import { cutExactValue, longestExactValue } from '../../../src/shards/schema/exact-value.ts'
import { searchCases } from './search-cases.ts'
import type { SchemaSubject, Values } from './subject.ts'

const { fields: indexFields, commonWords } = schemaDescription
const isMulti = new Map(indexFields.map(({ name, multi }) => [name, multi]))

/** What every engine does with an index of the schema. Each rule has documents of its own, as all share one index. */
export function schemaRules(subject: SchemaSubject): void {
  const postAll = async (...documents: Values[]) => {
    const told = await subject.post(...documents)
    expect(told, told.said).toMatchObject({ status: expect.toSatisfy((status) => status === 200 || status === 201) })
  }
  const post = (id: string, values: Values) => postAll({ id, fence: 10, ...values })

  describe('who is found by what is typed', () => {
    beforeAll(() =>
      postAll(
        ...searchCases.map(({ rule, field, value }) => ({
          id: rule,
          fence: 10,
          [field]: isMulti.get(field) ? [value] : value,
        })),
      ),
    )
    test.each(searchCases)('$rule', async ({ rule, field, finds, misses }) => {
      const found = async (query: string) => (await subject.search({ field, query })).includes(rule)
      const answers = await Promise.all([...finds, ...misses].map(async (query) => [query, await found(query)]))
      expect(answers).toEqual([...finds.map((query) => [query, true]), ...misses.map((query) => [query, false])])
    })
  })

  test('a document may have every field of the table', async () => {
    const values = fields.map(({ name, multi, kind, example }) => {
      const value = kind === 'long' ? Number(example) : example
      return [name, multi ? [value] : value]
    })
    await post('whole', { ...Object.fromEntries(values), id: 'whole' })
    const given = await subject.given('whole')
    const stored = fields.filter((field) => field.stored).map(({ name }) => name)
    expect(Object.keys(given).sort()).toEqual(stored.toSorted())
    expect(given).toMatchObject({ id: 'whole', rev: 3, title: ['Zionism and the state'], digest: expect.any(String) })
  })

  test('a copy is searched by its own analysis, and not given back', async () => {
    await post('copy', { topic: ['Cartographies'] })
    expect(await subject.search({ field: 'topic', query: 'cartography' })).toContain('copy')
    expect(await subject.search({ field: 'topicProper', query: 'cartography' })).not.toContain('copy')
    expect(await subject.search({ field: 'topicProper', query: 'cartographies' })).toContain('copy')
    expect(Object.keys(await subject.given('copy')).sort()).toEqual(['fence', 'id', 'topic'])
  })

  test('a field that is not in the schema is refused', async () => {
    expect(await subject.post({ id: 'unknown', fence: 10, titel: 'x' })).toMatchObject({
      status: 400,
      said: expect.stringContaining('titel'),
    })
  })

  test('tombstones and markers are not found, whatever is asked', async () => {
    await post('tombstone', { tombstone: true })
    await post('marker', { marker: 1_764_000_000_000_000, title: ['hiddenword'] })
    await post('visible', { title: ['hiddenword'] })
    const all = await subject.search({})
    expect(all).toContain('visible')
    expect(all.filter((id) => id === 'tombstone' || id === 'marker')).toEqual([])
    expect(await subject.search({ field: 'title', query: 'hiddenword' })).toEqual(['visible'])
  })

  test('an exact value that is too long is refused; cut, it is taken, and its text is found to the end', async () => {
    const long = `${'漢'.repeat(longestExactValue / 3)} lastword`
    expect(await subject.post({ id: 'long', fence: 10, topicStr: [long] })).toMatchObject({
      status: 400,
      said: expect.stringContaining('topicStr'),
    })
    await post('long', { topicStr: [cutExactValue(long)], topic: [long], titleSort: cutExactValue(long) })
    expect(await subject.search({ field: 'topic', query: 'lastword' })).toEqual(['long'])
  })

  test('a whole value of any length is taken, and finds itself', async () => {
    for (const [id, letter] of [
      ['whole.ligature', 'ﷺ'],
      ['whole.plane', '𐐷'],
    ] as const) {
      const title = `${letter.repeat(20_000)} ${id}`
      await post(id, { title_ab: [title], callnumber: [title], lccn: [title], isbn: [title], oclc: [title] })
      expect(await subject.search({ field: 'title_ab', query: title })).toContain(id)
    }
  })

  test('a word of any length is taken, and the words beside it are found', async () => {
    const noise = `before ${'ﷺ'.repeat(10_000)} ${'x'.repeat(50_000)} the ${'y'.repeat(2_000)} behind`
    await post('noise', { ocr: noise, title: [noise], topic: [noise] })
    for (const field of ['ocr', 'title', 'topic'])
      expect(await subject.search({ field, query: 'before behind' })).toEqual(['noise'])
  })

  test('a phrase with common words is asked for by its pairs, words outside quotation marks are not', async () => {
    expect(await subject.asked('ocr', '"state of the art"')).toMatch(/state_of.*of_the.*the_art/)
    expect(await subject.asked('ocr', 'state of the art')).not.toMatch(/state_of|of_the|the_art/)
  })

  test('every common word is what a text has of it', async () => {
    // as many as a URL holds
    for (let at = 0; at < commonWords.length; at += 100) {
      const words = commonWords.slice(at, at + 100)
      expect(await subject.terms('text', words.join('\n'))).toEqual(words)
    }
  })

  test('the text is scored by BM25 with the parameters of the schema, other fields by those of the engine', async () => {
    await post('scored', { ocr: 'okapi', title: ['okapi'] })
    const { k1, b } = schemaDescription.analyses.ocr.similarity!
    const parameters = async (field: string) => {
      const said = await subject.explained('scored', field, 'okapi')
      return ['k1', 'b'].map((name) => Number(new RegExp(`([\\d.]+) = ${name}, `).exec(said)?.[1]))
    }
    expect(await parameters('ocr')).toEqual([k1, b])
    expect(await parameters('title')).toEqual([1.2, 0.75])
  })

  test('ids and sort keys are ordered by their bytes', async () => {
    const keys = ['ｚ', '𝒜', 'Z', 'a', 'é']
    for (const [at, key] of keys.entries())
      await post(`sorted.${key}`, { titleSort: key, language: ['sorted'], rev: at })
    const expected = keys
      .toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
      .map((key) => `sorted.${key}`)
    for (const sort of ['id', 'titleSort'])
      expect(await subject.search({ field: 'language', query: 'sorted', sort })).toEqual(expected)
  })

  test('of two writes the one with the lower fence is refused, whichever comes last', async () => {
    await post('fence', { fence: 20, title: ['newer'] })
    expect(await subject.post({ id: 'fence', fence: 19, title: ['older'] })).toMatchObject({ status: 409 })
    expect(await subject.given('fence')).toMatchObject({ fence: 20, title: ['newer'] })
    await post('fence', { fence: 9_007_199_254_740_991, title: ['newest'] })
    expect(await subject.given('fence')).toMatchObject({ fence: 9_007_199_254_740_991, title: ['newest'] })
  })
}
