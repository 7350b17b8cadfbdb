import { existsSync, readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recordFields } from '../../src/shards/fields.ts'
import { findRecords } from '../../src/state/records/find-records.ts'
import { testSolr } from '../services/solr/own-things.ts'
import { type CatalogueWorld, catalogueWorld } from './catalogue-world.ts'
import { solrRecordOf } from './pass.ts'

const found = '../shared/data/catalog/solr-catalog'

describe.skipIf(!existsSync(found))(
  'the catalogue at hand, in a core (skipped when ../shared/data is absent)',
  async () => {
    const solr = await testSolr('solr')
    afterAll(() => solr.drop())
    let world: CatalogueWorld
    beforeEach(async () => {
      world = await catalogueWorld(solr, 'with all fields')
    })
    afterEach(() => world.close())

    const read = (name: string) => JSON.parse(readFileSync(`${found}/${name}`, 'utf8'))

    test('of 1,980 records with 20,879 ids every id becomes an item of its record', async () => {
      const ids: { id: string; ht_id: string[] }[] = read('full-output-catalog-index.json')
      await world.core.add(...ids.map(({ id, ht_id }) => solrRecordOf(id, ht_id)))
      const items = new Map(ids.flatMap(({ id, ht_id }) => ht_id.map((htid) => [htid, id] as const)))
      expect([ids.length, items.size]).toEqual([1_980, 20_879])
      expect(await world.read()).toMatchObject({ bad: 0, outOfScope: 0 })
      const rights = await world.rights()
      expect(rights.size).toBe(items.size)
      expect([...rights].filter(([htid, { record }]) => items.get(htid) !== record)).toEqual([])
    })

    test('whole records, nobody and tombstones of the real catalogue end as what they are', async () => {
      const records = whole.flatMap((name) => read(`${name}.json`) as Document | Document[])
      await world.core.add(...records)
      const named = records.flatMap(itemIds)
      const items = new Set(named)
      expect([records.filter(isTombstone).length, items.size]).toEqual([3, 16])
      expect(await world.read()).toMatchObject({ seen: records.length, new: items.size, bad: 0, withdrawn: 0 })
      expect(await world.read({ all: true })).toMatchObject({ new: 0, updated: 0, noop: named.length })
      expect(await stored(records)).toEqual(told(records))
    })

    test('records that name their items in ht_json alone, as holdings asks for them, have these items', async () => {
      const records = holdings.flatMap((name) => documentsIn(readFileSync(`${found}/holdings-backend/${name}`, 'utf8')))
      const byId = new Map(records.map((record) => [record.id, record]))
      await world.core.add(...byId.values())
      const items = new Set([...byId.values()].flatMap(itemIds))
      expect(records.some(({ ht_id }) => ht_id !== undefined)).toBe(false)
      expect([byId.size, items.size]).toEqual([9, 23])
      expect(await world.read()).toMatchObject({ seen: byId.size, new: items.size, bad: 0 })
      expect([...(await world.rights()).keys()].sort()).toEqual([...items].sort())
      expect(await stored([...byId.values()])).toEqual(told([...byId.values()]))
    })

    /** What slip_record has of each record. */
    async function stored(records: readonly Document[]) {
      const found = await findRecords(
        world.library.state.db,
        records.map(({ id }) => id),
      )
      return new Map([...found].map(([id, record]) => [id, listed(JSON.parse(record) as Document)]))
    }
  },
)

const whole = [
  ...['000004150', '000007599', '001718542', '008553258', 'deleted_item', 'minimal'].map((name) => `oai_solr/${name}`),
  ...['catalog-nobody_record_test_docs', 'catalog-deleted_record_test_docs', 'hathi_search_client-fullrecord'],
]
const holdings = [
  ...['solr_response.json', 'solr_response_all_rights.json', 'solr_response_plus_icus.json', 'record_008638629.json'],
  ...['solr_catalog_record.ndj', 'solr_mixed_ic_pd_record.ndj', 'solr_serial_record.ndj', 'solr_ocnless_record.ndj'],
]

interface Document {
  readonly id: string
  readonly ht_id?: readonly string[]
  readonly ht_json?: string
  readonly deleted?: boolean
  readonly [field: string]: unknown
}

const isTombstone = ({ deleted }: Document) => deleted === true
const itemIds = ({ ht_id, ht_json = '[]' }: Document): string[] =>
  ht_id === undefined ? JSON.parse(ht_json).map(({ htid }: { htid: string }) => htid) : [...ht_id]

/** The records of an answer of Solr, or one a line. */
function documentsIn(text: string): Document[] {
  if (/^\{\s*"responseHeader"/.test(text)) return JSON.parse(text).response.docs
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line))
}

/** What SLIP asks for of a record, each value in a list: what has one and what has many the catalogue and the core say differently. */
const listed = (record: Document) =>
  Object.fromEntries(
    recordFields.flatMap((name) => (record[name] === undefined ? [] : [[name, [record[name]].flat().map(String)]])),
  )

const told = (records: readonly Document[]) =>
  new Map(records.filter((record) => !isTombstone(record)).map((record) => [record.id, listed(record)]))
