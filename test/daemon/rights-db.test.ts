import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest'
import { slipctl } from '../ctl/slipctl.ts'
import { type Foreign, openForeign } from '../sources/rights-db/foreign.ts'
import { type Library, openLibrary } from './library.ts'
import { endAll, runOnce } from './processes.ts'

const opened = 'demo1.30000000000011'
const closed = 'demo1.30000000000021'
const items = [opened, closed, 'demo1.30000000000022']

let foreign: Foreign
let library: Library
let index: pg.Client
beforeAll(async () => {
  // the state lies on one server, the rights on the other
  foreign = await openForeign(inject('stateServer') === 'postgres' ? 'mariadb' : 'postgres')
  library = await openLibrary({
    config: {
      sources: {
        catalogue: { kind: 'records', files: ['catalogue/*.ndjson'] },
        rights: { kind: 'rights-db', url: foreign.url },
      },
    },
  })
  index = new pg.Client(library.config.targets.main?.urls?.[0] ?? '')
  await index.connect()
})
afterEach(endAll)
afterAll(async () => {
  await index.end()
  await library.close()
  await foreign.drop()
})

async function runStages() {
  const results = []
  for (const stage of ['rights', 'enqueue', 'index'] as const) results.push(await runOnce(stage, library.configFile))
  expect(results.map(({ code, words }) => [code, words])).toEqual(Array(3).fill([0, '']))
  return results[0]?.events.find(({ event }) => event === 'source.followed')
}
/** The rights in the document of an item, as the index has it; undefined when it has none. */
const inIndex = async (htid: string) => {
  const sql = 'SELECT fields FROM index_main.document WHERE id = $1 AND NOT deleted'
  return (await index.query<{ fields: { rights: unknown } }>(sql, [htid])).rows[0]?.fields.rights
}
/** Everything the catalogue is made of: what stands in its files, and in slip_record. */
const catalogue = async () => {
  const folder = join(library.folder, 'catalogue')
  const files = readdirSync(folder).map((name) =>
    createHash('md5')
      .update(readFileSync(join(folder, name)))
      .digest('hex'),
  )
  return [
    files,
    await library.state.db.query('SELECT record_id, digest, loaded_at FROM slip_record ORDER BY record_id'),
  ]
}
const indexedAgain = () =>
  library.state.db.query<{ htid: string }>('SELECT htid FROM slip_indexed WHERE indexed_ct > 1 ORDER BY htid')

test('a change in rights_current reaches the index without the catalogue moving; what becomes nobody leaves it', async () => {
  library.lay('day-1')
  for (const htid of items) await foreign.put(htid, 2, '2009-01-01 05:00:00')
  await runStages()
  expect(await Promise.all(items.map(inIndex))).toEqual([2, 2, 2])
  const before = await catalogue()
  await foreign.put(opened, 1)
  await foreign.put(closed, 8)
  const { out } = await slipctl(['verify', '--inputs', '--all', '--json', '--config', library.configFile])
  const differ = ['rights']
  expect(JSON.parse(out).mismatches).toEqual([opened, closed].map((htid) => ({ htid, differ })))
  expect(await runStages()).toMatchObject({ source: 'rights', seen: 2, updated: 2, noop: 0, bad: 0 })
  expect(await Promise.all(items.map(inIndex))).toEqual([1, undefined, 2])
  expect(await indexedAgain()).toEqual([{ htid: opened }])
  expect(await catalogue()).toEqual(before)
  expect(await library.violations()).toEqual([])
})
