import { existsSync, readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
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
      world = await catalogueWorld(solr)
    })
    afterEach(() => world.close())

    const read = (name: string) => JSON.parse(readFileSync(`${found}/${name}`, 'utf8'))
    // what the core of the test has no field for is left out
    const core = ({
      id,
      title,
      fullrecord,
      ht_id,
      ht_id_update,
      ht_id_display,
      ht_json,
      deleted,
      time_of_index,
    }: Document) => ({
      ...{ id, title, fullrecord, ht_id, ht_id_update, ht_id_display, ht_json, deleted, time_of_index },
    })

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
      const files = ['oai_solr/000004150', 'oai_solr/000007599', 'oai_solr/001718542', 'oai_solr/008553258']
      const others = ['catalog-nobody_record_test_docs', 'catalog-deleted_record_test_docs', 'oai_solr/deleted_item']
      const records: Document[] = [...files, ...others].flatMap((name) => read(`${name}.json`))
      await world.core.add(...records.map(core))
      const counts = await world.read()
      const named = records.flatMap(({ ht_id }) => ht_id ?? [])
      expect(counts).toMatchObject({ new: new Set(named).size, bad: 0, withdrawn: 0 })
      expect(await world.read({ all: true })).toMatchObject({ new: 0, updated: 0, noop: new Set(named).size })
    })
  },
)

interface Document {
  readonly id: string
  readonly ht_id?: readonly string[]
  readonly [field: string]: unknown
}
