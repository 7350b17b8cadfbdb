import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Claim } from '../../src/state/queue/claim.ts'
import { claimBucket, queueRow, worker } from '../state/fixture.ts'
import { askAnew } from './ask-again.ts'
import { startBatch } from './batches.ts'
import { type Library, openLibrary } from './library.ts'
import { runOnce } from './processes.ts'

let library: Library
let token: string
beforeAll(async () => {
  library = await openLibrary()
  library.lay('day-1')
})
beforeEach(async () => {
  await runOnce('rights', library.configFile)
  await askAnew(library)
  // one that is silent for a minute is taken for dead
  token = await worker(library.state.db)
})
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query(sql)
const held = async () => (await library.engine.scan(1, '', 100)).map(({ id }) => id)

/** Runs a claimed batch as slip-index does; `hold` = its lease is ours. */
const run = (claim: Claim, hold: boolean, stop = new AbortController().signal) =>
  startBatch(library, token, claim, { hold, stop }).ended

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
