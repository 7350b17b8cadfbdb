import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { Claimer } from '../../src/indexer/claimer.ts'
import type { Openness } from '../../src/indexer/openness.ts'
import { findDeletes } from '../../src/state/queue/find-deletes.ts'
import { change, enqueue, ledgerRow, openState, queueRow, type State, settleAll, worker } from '../state/fixture.ts'

let state: State
let token: string
beforeAll(async () => {
  state = await openState()
  token = await worker(state.db)
})
beforeEach(async () => {
  for (const table of ['slip_queue', 'slip_claim', 'slip_indexed', 'slip_rights']) await rows(`DELETE FROM ${table}`)
  await rows(`UPDATE slip_shard SET state = 'open', state_before = NULL, behind_from = NULL`)
})
afterAll(() => state.close())

const rows = (sql: string) => state.db.query(sql)
const target = { name: 'main', engine: 'embedded', schemaVersion: 1, shards: 2, lease: 60_000, overlap: 60_000 }
const claimer = (batch = 10) => new Claimer(state.db, token, target, { batch, shares: { daily: 5, ops: 2, bulk: 1 } })
/** As the restore watch writes it: a shard that is behind or ahead remembers what it was. */
const shard = (number: number, to: string) =>
  rows(`
    UPDATE slip_shard SET state = '${to}', behind_from = ${to === 'behind' ? 'CURRENT_TIMESTAMP(6)' : 'NULL'},
      state_before = ${to === 'behind' || to === 'ahead' ? "'open'" : 'NULL'} WHERE shard = ${number}`)
const open: Openness = { suspended: () => false, busy: () => false, uncompared: new Set(), deletesOnly: false }

async function claimed(openness: Openness = open, with_ = claimer()): Promise<string[]> {
  const claim = await with_.next(await Pauses.read(state.db), openness)
  return claim?.items.map(({ htid }) => htid) ?? []
}

/** Items in the ledger of a shard, asked for again. */
async function held(number: number, ...htids: string[]) {
  await change(state.db, htids)
  await enqueue(state.db, htids)
  const claimer_ = new Claimer(state.db, token, target, { batch: 100, shares: { daily: 1, ops: 1, bulk: 1 } })
  await shard(3 - number, 'full')
  await settleAll(state.db, (await claimer_.next(await Pauses.read(state.db)))!)
  await shard(3 - number, 'open')
  await change(state.db, htids, { title: 2 })
  await enqueue(state.db, htids)
}

for (const closed of ['full', 'closed', 'behind']) {
  test(`a shard that is ${closed} gets no new items, and what it holds is updated and deleted`, async () => {
    await held(1, 'a.1')
    await shard(1, closed)
    await change(state.db, ['a.2'])
    await enqueue(state.db, ['a.2'])
    const two = claimer()
    expect([...(await claimed(open, two)), ...(await claimed(open, two))].toSorted()).toEqual(['a.1', 'a.2'])
    expect([(await queueRow(state.db, 'a.1'))?.shard, (await queueRow(state.db, 'a.2'))?.shard]).toEqual([1, 2])
  })
}

test('a shard that is ahead of the database is not claimed for', async () => {
  await held(1, 'a.1')
  await shard(1, 'ahead')
  expect(await claimed()).toEqual([])
})

test('a suspended shard is neither visited nor drawn', async () => {
  await held(1, 'a.1')
  await change(state.db, ['a.2'])
  await enqueue(state.db, ['a.2'])
  const suspended = { ...open, suspended: (number: number) => number === 1 }
  const two = claimer()
  expect(await claimed(suspended, two)).toEqual(['a.2'])
  expect(await claimed(suspended, two)).toEqual([])
  expect(await queueRow(state.db, 'a.2')).toMatchObject({ shard: 2 })
})

test('with no shard open deletes without a shard are settled, and new items wait untouched', async () => {
  await change(state.db, ['a.1', 'a.2'])
  await change(state.db, ['b.1'], { attr: 8 })
  await enqueue(state.db, ['a.1', 'a.2', 'b.1'])
  await rows(`UPDATE slip_shard SET state = 'full'`)
  const two = claimer()
  const claim = await two.next(await Pauses.read(state.db))
  expect(claim?.items).toMatchObject([{ htid: 'b.1', action: 'delete', shard: 0 }])
  await settleAll(state.db, claim!)
  expect(await ledgerRow(state.db, 'b.1')).toMatchObject({ presence: 'absent', rev: 1 })
  expect(await claimed(open, two)).toEqual([])
  expect(await queueRow(state.db, 'a.1')).toMatchObject({ state: 0, shard: 0, attempts: 0 })
})

test('while the repository is away only deletes are claimed, from every bucket', async () => {
  await held(1, 'a.1', 'a.2')
  await change(state.db, ['a.2'], { attr: 8 })
  await change(state.db, ['a.3'], { attr: 8 })
  await change(state.db, ['a.4'])
  await enqueue(state.db, ['a.2', 'a.3', 'a.4'])
  const deletesOnly = { ...open, deletesOnly: true }
  const two = claimer()
  expect([...(await claimed(deletesOnly, two)), ...(await claimed(deletesOnly, two))].toSorted()).toEqual([
    'a.2',
    'a.3',
  ])
  expect(await claimed(deletesOnly, two)).toEqual([])
  expect(await rows('SELECT htid, attempts FROM slip_queue WHERE state = 0 ORDER BY htid')).toEqual([
    { htid: 'a.1', attempts: 0 },
    { htid: 'a.4', attempts: 0 },
  ])
})

test('a row that is a delete no more when it is locked is not claimed as one', async () => {
  await change(state.db, ['a.1'], { attr: 8 })
  await enqueue(state.db, ['a.1'])
  const bucket = { target: 'main', lane: 1, shard: 0 }
  const { htids: deletes } = await findDeletes(state.db, bucket, 0)
  expect(deletes).toEqual(['a.1'])
  await change(state.db, ['a.1'], { attr: 1 })
  await enqueue(state.db, ['a.1'])
  const { claim } = await import('../../src/state/queue/claim.ts')
  const request = { bucket, worker: token, pid: 1, host: 'h', batch: 10, draw: 0, fromSeq: 0, deletes }
  expect((await state.db.transaction((tx) => claim(tx, request))).items).toEqual([])
})

test('a delete behind more rows than are looked at in one go is found, a window after the other', async () => {
  const many = Array.from({ length: 12_000 }, (_, at) => `m.${String(at).padStart(5, '0')}`)
  await change(state.db, many)
  await enqueue(state.db, many)
  await change(state.db, ['z.1'], { attr: 8 })
  await enqueue(state.db, ['z.1'])
  expect(await claimed({ ...open, deletesOnly: true })).toEqual(['z.1'])
  // a block of equal stamps as long as a window does not hold it for ever
  await rows('UPDATE slip_queue SET seq = 7')
  let seq = 0
  const bucket = { target: 'main', lane: 1, shard: 0 }
  for (let windows = 0; windows < 10 && (windows === 0 || seq > 0); windows++)
    seq = (await findDeletes(state.db, bucket, seq)).next
  expect(seq).toBe(0)
})
