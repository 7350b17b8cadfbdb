import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { itemsOf, namesItem } from '../../src/sources/record-items.ts'

const solr = resolve(import.meta.dirname, '../../../shared/data/catalog/solr-catalog/oai_solr/000007599.json')

const detail = (message: string) => ({ message, part: 'detail' })
const json = (entries: unknown): string => JSON.stringify(entries)

test('ht_json of more levels than anything needs is a problem, not the end of the process', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  const record = { id: '1', ht_id: ['demo1.a'], ht_json: `[{"htid":"demo1.a","x":${deep}}]` }
  expect(itemsOf(record)).toMatchObject({
    items: [{ htid: 'demo1.a' }],
    problems: [detail('ht_json cannot be used: it is nested deeper than 64 levels.')],
  })
})

test('ht_json as a list of one text, as a Solr answers that guesses its schema, is read', () => {
  const text = json([{ htid: 'demo1.a', ingest: '20200101', rights: ['pd', null] }])
  const record = { id: '1', ht_id: ['demo1.a'] }
  expect(itemsOf({ ...record, ht_json: [text] })).toEqual(itemsOf({ ...record, ht_json: text }))
})

test('date from ht_id_display, attribute from ht_json, each by its own id whatever the order', () => {
  const record = {
    id: '1',
    ht_id: ['demo1.a', 'demo1.b'],
    ht_id_display: ['demo1.b|20260102|v.2|||||', 'demo1.a|20260101|v.1|||||'],
    ht_id_update: [20260102, 20260101],
    ht_json: json([
      { htid: 'demo1.b', ingest: '20200101', rights: ['ic', null] },
      { htid: 'demo1.a', ingest: '20200101', rights: ['pdus', null] },
    ]),
  }
  const items = [
    { htid: 'demo1.a', updateDate: '20260101', attr: 9 },
    { htid: 'demo1.b', updateDate: '20260102', attr: 2 },
  ]
  expect(itemsOf(record)).toEqual({ items, problems: [] })
})

test('a record without ht_id has its items from ht_json and ht_id_display, each once', () => {
  const record = {
    id: '1',
    ht_id_display: ['demo1.b|20260102|v.2|||||', 'demo1.c|20260103||||||'],
    ht_json: json([
      { htid: 'demo1.a', ingest: '20200101', rights: ['pd', null] },
      { htid: 'DEMO1.b' },
      { htid: 'no-dot' },
    ]),
  }
  const { items, problems } = itemsOf(record)
  expect(items).toEqual([
    { htid: 'demo1.a', updateDate: '20200101', attr: 1 },
    { htid: 'demo1.b', updateDate: '20260102', attr: null },
    { htid: 'demo1.c', updateDate: '20260103', attr: null },
  ])
  expect(problems).toEqual([{ message: expect.stringContaining('"no-dot" has no namespace'), part: 'item' }])
  for (const htid of ['demo1.a', 'demo1.B', 'demo1.c']) expect(namesItem(record, htid)).toBe(true)
  expect(namesItem(record, 'demo1.d')).toBe(false)
  expect(itemsOf({ ...record, ht_id: [] }).items).toEqual([])
})

test('where ht_id_display has no date, ingest is the date; 00000000 is none', () => {
  const ht_json = json([
    { htid: 'demo1.a', ingest: '20200101' },
    { htid: 'demo1.b', ingest: '00000000' },
  ])
  const { items, problems } = itemsOf({
    id: '1',
    ht_id: ['demo1.a', 'demo1.b'],
    ht_id_display: ['demo1.a|00000000||||||'],
    ht_json,
  })
  expect(items.map((item) => item.updateDate)).toEqual(['20200101', null])
  expect(problems).toEqual([])
})

test('a record with nothing but id and ht_id gives items without date and attribute, each once', () => {
  const items = [{ htid: 'demo1.a', updateDate: null, attr: null }]
  expect(itemsOf({ id: '1', ht_id: ['demo1.a', 'DEMO1.a'] })).toEqual({ items, problems: [] })
  expect(itemsOf({ id: '1' })).toEqual({ items: [], problems: [] })
})

test('what is wrong in a record is told, and costs no other item', () => {
  const ht_json = json([{ htid: 'demo1.a', ingest: '20201341', rights: ['open'] }, { ingest: '1' }])
  const { items, problems } = itemsOf({ id: '1', ht_id: ['no-dot', 'demo1.a'], ht_json })
  expect(items).toEqual([{ htid: 'demo1.a', updateDate: null, attr: null }])
  expect(problems).toEqual([
    detail('An entry of ht_json has no htid.'),
    { message: expect.stringContaining('"no-dot" has no namespace'), part: 'item' },
    detail('The date "20201341" of demo1.a is not YYYYMMDD.'),
    detail('The rights code "open" of demo1.a is unknown.'),
  ])
  const broken = 'ht_json is not a JSON array.'
  expect(itemsOf({ id: '1', ht_id: ['demo1.a'], ht_json: '[{' }).problems).toEqual([detail(broken)])
  // nothing else says what the record names
  expect(itemsOf({ id: '1', ht_json: '[{' }).problems).toEqual([{ message: broken, part: 'item' }])
})

test.skipIf(!existsSync(solr))('a real record of seven volumes (skipped where ../shared/data is absent)', () => {
  const { items, problems } = itemsOf(JSON.parse(readFileSync(solr, 'utf8')))
  expect(problems).toEqual([])
  expect(items).toHaveLength(7)
  expect(items[0]).toEqual({ htid: 'uc1.31822013347232', updateDate: '20220609', attr: 2 })
})

test('entries of another type are told, and the others count', () => {
  const record = {
    id: 'r1',
    ht_id: ['a.1'],
    ht_id_display: [7, 'a.1|20260101||1900|'],
    ht_json: '[null, {"htid": "a.1", "rights": ["pd", null]}]',
  }
  expect(itemsOf(record)).toEqual({
    items: [{ htid: 'a.1', updateDate: '20260101', attr: 1 }],
    problems: [detail('An entry of ht_json is not an object.'), detail('ht_id_display holds what is no text.')],
  })
})
