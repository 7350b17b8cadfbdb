import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { slipctl } from '../ctl/slipctl.ts'
import { type ForeignMemberships, openMemberships } from '../sources/memberships/foreign.ts'
import { type Library, openLibrary } from './library.ts'
import { endAll, runOnce } from './processes.ts'

const server = inject('stateServer') === 'postgres' ? 'mariadb' : 'postgres'
const htid = 'demo1.30000000000011'
let foreign: ForeignMemberships
let library: Library
beforeEach(async () => {
  foreign = await openMemberships(server)
  library = await openLibrary({
    config: {
      sources: {
        catalogue: { kind: 'records', files: ['catalogue/*.ndjson'] },
        rights: { kind: 'hathifiles', files: ['rights/*.txt'] },
        holdings: { kind: 'holdings', url: foreign.url },
        collections: { kind: 'collections', url: foreign.url, largerThan: 2 },
      },
    },
  })
  library.lay('day-1')
})
afterEach(async () => {
  await endAll()
  await library.close()
  await foreign.drop()
})

async function runAll() {
  await runOnce('rights', library.configFile, '--full')
  await runOnce('enqueue', library.configFile)
  return runOnce('index', library.configFile)
}
const ledger = () =>
  library.state.db
    .query<{ digest: string; indexed_ct: number }>(`SELECT digest, indexed_ct FROM slip_indexed WHERE htid = '${htid}'`)
    .then(([row]) => row)
const held = async () => {
  const { out } = await slipctl(['assemble', htid, '--json', '--config', library.configFile])
  const { coll_id, ht_heldby, ht_heldby_brlm } = JSON.parse(out)
  return { coll_id, ht_heldby, ht_heldby_brlm }
}

test('a change of holdings, and one of a collection, reaches the index though the catalogue did not move', async () => {
  await foreign.hold(htid, ['uc'])
  await runAll()
  const first = await ledger()
  expect(await held()).toEqual({ coll_id: [0], ht_heldby: ['uc'] })
  await foreign.hold(htid, ['uc', 'umich'], 1)
  await runAll()
  const second = await ledger()
  expect(await held()).toEqual({ coll_id: [0], ht_heldby: ['uc', 'umich'], ht_heldby_brlm: ['uc', 'umich'] })
  expect(second?.digest).not.toBe(first?.digest)
  await foreign.collect(7, [htid], 3)
  await runAll()
  expect(await held()).toMatchObject({ coll_id: [7] })
  expect(Number((await ledger())?.indexed_ct)).toBe(3)
  expect(await library.violations()).toEqual([])
})

test('while a source of holdings is away nothing is indexed without them and nothing ends in error; then all is', async () => {
  await foreign.hold(htid, ['uc'])
  await runOnce('rights', library.configFile)
  await runOnce('enqueue', library.configFile)
  await foreign.run('ALTER TABLE holdings_htitem_htmember RENAME TO elsewhere')
  await runOnce('index', library.configFile)
  expect(await ledger()).toBeUndefined()
  expect(await library.state.db.query(`SELECT htid, code FROM slip_errors WHERE htid = '${htid}'`)).toEqual([])
  await foreign.run('ALTER TABLE elsewhere RENAME TO holdings_htitem_htmember')
  await library.closeBreakers()
  await library.state.db.query('UPDATE slip_queue SET available_at = NULL, state = 0 WHERE state = 2')
  await runOnce('index', library.configFile)
  expect(await held()).toMatchObject({ ht_heldby: ['uc'] })
  expect(await ledger()).toMatchObject({ indexed_ct: 1 })
})

test('verify --inputs asks what holdings say now', async () => {
  await foreign.hold(htid, ['uc'])
  await runAll()
  await foreign.hold(htid, ['uc', 'umich'], 1)
  const { out } = await slipctl(['verify', '--inputs', '--all', '--json', '--config', library.configFile])
  expect(JSON.parse(out).mismatches).toEqual([{ htid, differ: ['holdings'] }])
})
