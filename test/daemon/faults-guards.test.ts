import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Breakers } from '../../src/daemon/breakers.ts'
import { LeaseKeeper } from '../../src/daemon/lease.ts'
import { StormBrake } from '../../src/daemon/storm-brake.ts'
import { EventBus } from '../../src/events/bus.ts'
import { Batch } from '../../src/indexer/batch.ts'
import { openPairtree } from '../../src/repository/pairtree.ts'
import type { Claim } from '../../src/state/queue/claim.ts'
import { claimBucket, queueRow, worker } from '../state/fixture.ts'
import { askAnew } from './ask-again.ts'
import { type Library, openLibrary } from './library.ts'
import { runOnce } from './processes.ts'

let library: Library
let token: string
beforeAll(async () => {
  library = await openLibrary()
  library.lay('day-1')
  token = await worker(library.state.db)
})
beforeEach(async () => {
  await runOnce('rights', library.configFile)
  await askAnew(library)
})
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query(sql)
const held = async () => (await library.engine.scan(1, '', 100)).map(({ id }) => id)

/** Runs a claimed batch as slip-index does; `hold` = its lease is ours. */
async function run(claim: Claim, hold: boolean, stop = new AbortController().signal) {
  const { config, state, engine, folder } = library
  const bus = new EventBus()
  const told: Record<string, unknown>[] = []
  bus.subscribe((name, fields) => name === 'index.batch' && told.push(fields as never))
  const leases = new LeaseKeeper(state.db, bus)
  if (hold) leases.hold(claim.token, claim.items.length, 60_000, performance.now())
  const breakers = new Breakers(state.db, bus, { failures: 3, probe: 30_000 }, false)
  const brake = new StormBrake(1)
  const repository = openPairtree({ root: join(folder, 'pairtree') })
  const context = { config, db: state.db, bus, repository, engine, leases, worker: token, stop, breakers, brake }
  await new Batch({ ...context, probesStorm: false, mount: 'm' }, claim).run()
  leases.drop(claim.token)
  await leases.stop()
  return told[0]
}

const one = async (htid: string) => {
  await rows(`DELETE FROM slip_queue WHERE htid <> '${htid}'`)
  return claimBucket(library.state.db, token, { shard: (await queueRow(library.state.db, htid))?.shard ?? 0 })
}
/** An item of the sample library that can be indexed. */
const htid = 'demo1.rescanned_day2'

test('a batch whose lease is lost sends nothing to the engine and writes nothing', async () => {
  const claim = await one(htid)
  expect(claim.items).toHaveLength(1)
  const before = await queueRow(library.state.db, htid)
  expect(await run(claim, false)).toMatchObject({ indexed: 0, fencedOut: 1 })
  expect(await held()).toEqual([])
  expect(await queueRow(library.state.db, htid)).toEqual(before)
})

test('rights decide over the action in the queue: an item withdrawn after its claim is deleted, not indexed', async () => {
  const claim = await one(htid)
  expect(claim.items[0]).toMatchObject({ action: 'index' })
  await rows(`UPDATE slip_rights SET attr = 8 WHERE htid = '${htid}'`)
  expect(await run(claim, true)).toMatchObject({ indexed: 0, deleted: 1 })
  expect(await held()).toEqual([])
  await rows(`UPDATE slip_rights SET attr = 1 WHERE htid = '${htid}'`)
})

test('a stop hands back what is not yet read, unburnt', async () => {
  const claim = await one(htid)
  expect(await run(claim, true, AbortSignal.abort())).toMatchObject({ indexed: 0, returned: 1 })
  expect(await queueRow(library.state.db, htid)).toMatchObject({ state: 0, attempts: 0, strikes: 0 })
  expect(await held()).toEqual([])
})

test('the same batch with its lease in hand is indexed', async () => {
  const claim = await one(htid)
  expect(await run(claim, true)).toMatchObject({ indexed: 1, fencedOut: 0 })
  expect(await held()).toEqual([htid])
})
