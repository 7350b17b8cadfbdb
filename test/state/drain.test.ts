import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { databaseClock } from '../../src/state/clock.ts'
import type { Database } from '../../src/state/connection.ts'
import { type DrainState, drainOnce, isDrained, readDrain } from '../../src/state/control/drain.ts'
import { parseScope, pause } from '../../src/state/control/pause.ts'
import { heartbeat, registerWorker } from '../../src/state/control/worker.ts'
import { type Claim, claim } from '../../src/state/queue/claim.ts'
import {
  change,
  claimBucket,
  enqueue,
  later,
  openState,
  queueRow,
  type State,
  settleAll,
  untilBlocked,
  worker,
} from './fixture.ts'

let state: State
let other: Database
beforeAll(async () => {
  state = await openState()
  other = await state.another()
})
beforeEach(async () => {
  for (const table of ['slip_claim', 'slip_queue', 'slip_worker', 'slip_control', 'slip_indexed'])
    await state.db.query(`DELETE FROM ${table}`)
})
afterAll(() => state.close())

/** Pauses a scope; returns the clock a drain begins at. */
async function paused(scope: string): Promise<string> {
  await pause(state.db, parseScope(scope), { by: 'test', reason: '', drain: true })
  return databaseClock(state.db)
}
const look = (scope: string, since: string): Promise<DrainState> => drainOnce(state.db, parseScope(scope), since)
/** The gate of a daemon: the clock is taken, slip_control read, the heartbeat written. */
const gate = async (token: string) => heartbeat(state.db, token, await databaseClock(state.db))
const request = (token: string, shard = 0) => ({
  bucket: { target: 'main', lane: 1, shard },
  worker: token,
  pid: 1,
  host: 'host-a',
  batch: 10,
  draw: 1,
  fromSeq: 0,
})
async function ready(...htids: string[]) {
  await change(state.db, htids)
  await enqueue(state.db, htids)
}

test('a pause is drained when every worker took its clock after the pause and then read it, and not before', async () => {
  const [one, two] = [await worker(state.db, 'host-a', 1), await worker(state.db, 'host-b', 2)]
  await gate(one)
  const since = await paused('all')
  expect((await look('all', since)).workers).toHaveLength(2)
  await gate(one)
  expect((await look('all', since)).workers).toEqual([{ stage: 'index', host: 'host-b', pid: 2 }])
  await gate(two)
  expect(isDrained(await look('all', since))).toBe(true)
})

test('a worker whose heartbeat was written before the clock was set back has read nothing', async () => {
  const token = await worker(state.db)
  const since = await paused('all')
  await state.db.query(`UPDATE slip_worker SET control_seen = ${later(state.db, 3600)}`)
  expect((await look('all', since)).workers).toHaveLength(1)
  await gate(token)
  expect(isDrained(await look('all', since))).toBe(true)
})

test('pause–claim: a claim made by a worker that read slip_control before the pause is waited for', async () => {
  await ready('a.1')
  const token = await worker(state.db)
  await gate(token)
  let since = ''
  let held: Claim | undefined
  await other.transaction(async (tx) => {
    held = await claim(tx, request(token))
    since = await paused('target:main')
    // the claim is not committed: nobody sees it, and its worker is what tells
    expect(await look('target:main', since)).toMatchObject({ claims: 0, workers: [{ pid: 1 }] })
  })
  expect(await look('target:main', since)).toMatchObject({ claims: 1, items: 1, workers: [{ pid: 1 }] })
  await settleAll(state.db, held as Claim)
  await gate(token)
  expect(isDrained(await look('target:main', since))).toBe(true)
})

test('drain–claim: a silent worker that is about to claim is waited for, and its claim is seen', async () => {
  await ready('a.2')
  const token = await worker(state.db)
  await state.db.query(`UPDATE slip_worker SET heartbeat_at = ${later(state.db, -120)}`)
  const since = await paused('all')
  let answer: Promise<DrainState> | undefined
  await other.transaction(async (tx) => {
    expect((await claim(tx, request(token))).items).toHaveLength(1)
    answer = look('all', since)
    answer.catch(() => undefined)
    await untilBlocked(other)
  })
  expect(await answer).toEqual({ workers: [], claims: 1, items: 1 })
})

test('drain–claim: a worker that a drain has expired claims nothing', async () => {
  await ready('a.3')
  const token = await worker(state.db)
  await state.db.query(`UPDATE slip_worker SET heartbeat_at = ${later(state.db, -120)}`)
  expect(isDrained(await look('all', await paused('all')))).toBe(true)
  expect((await claimBucket(state.db, token)).items).toEqual([])
})

test('a worker is silent only after the longest lease there is: each beats by its own', async () => {
  await state.db.query(`UPDATE slip_target SET lease_ms = 600000`)
  await worker(state.db)
  await state.db.query(`UPDATE slip_worker SET heartbeat_at = ${later(state.db, -120)}`)
  expect((await look('all', await paused('all'))).workers).toHaveLength(1)
  await state.db.query(`UPDATE slip_target SET lease_ms = 60000`)
})

test('what the dead held comes back to a drain after its lease, also where no daemon is left', async () => {
  await ready('a.4')
  const token = await worker(state.db)
  await claimBucket(state.db, token)
  const since = await paused('stage:index')
  await state.db.query(`UPDATE slip_worker SET heartbeat_at = ${later(state.db, -120)}`)
  expect(await look('stage:index', since)).toMatchObject({ workers: [], claims: 1 })
  await state.db.query(`UPDATE slip_claim SET lease_until = ${later(state.db, -1)}`)
  expect(isDrained(await look('stage:index', since))).toBe(true)
  expect(await queueRow(state.db, 'a.4')).toMatchObject({ state: 0, strikes: 1 })
})

test('after the clock was set back one who died holds a drain for a lease, and one who lives is not expired', async () => {
  await ready('a.7')
  const [dead, alive] = [await worker(state.db, 'host-a'), await worker(state.db, 'host-b')]
  await claimBucket(state.db, dead)
  await state.db.query(`UPDATE slip_worker SET heartbeat_at = ${later(state.db, 3600)}`)
  await state.db.query(`UPDATE slip_claim SET lease_until = ${later(state.db, 3660)}`)
  const since = await paused('all')
  expect(await look('all', since)).toMatchObject({ workers: [{ host: 'host-a' }, { host: 'host-b' }], claims: 0 })
  await gate(alive)
  expect(await look('all', since)).toMatchObject({ workers: [{ host: 'host-a' }] })
  await state.db.query(
    `UPDATE slip_worker SET heartbeat_at = heartbeat_at - INTERVAL '61' SECOND WHERE token = '${dead}'`,
  )
  expect(isDrained(await look('all', since))).toBe(true)
  expect(await state.db.query('SELECT token FROM slip_worker WHERE expired_at IS NOT NULL')).toEqual([{ token: dead }])
})

for (const [scope, another] of [
  ['all', null],
  ['stage:index', 'stage:enqueue'],
  ['target:main', 'target:second'],
  ['lane:daily', 'lane:bulk'],
  ['host:host-a', 'host:host-b'],
  // drawn for new items: the claim itself is of bucket 0
  ['shard:main/2', 'shard:main/1'],
] as const) {
  test(`a claim is in scope ${scope}${another === null ? '' : `, and not in ${another}`}`, async () => {
    await ready('a.5')
    const token = await worker(state.db)
    const held = await claimBucket(state.db, token, { draw: 2 })
    const since = await databaseClock(state.db)
    await gate(token)
    expect((await readDrain(state.db, parseScope(scope), since)).claims).toBe(1)
    if (another !== null) expect((await readDrain(state.db, parseScope(another), since)).claims).toBe(0)
    await settleAll(state.db, held)
  })
}

test('a claim of a bucket with a shard is in the scope of that shard', async () => {
  await ready('a.6')
  await state.db.query(`UPDATE slip_queue SET shard = 2 WHERE htid = 'a.6'`)
  await claimBucket(state.db, await worker(state.db), { shard: 2 })
  const since = await databaseClock(state.db)
  expect((await readDrain(state.db, parseScope('shard:main/2'), since)).claims).toBe(1)
  expect((await readDrain(state.db, parseScope('shard:main/1'), since)).claims).toBe(0)
})

test('only those who look at a scope are waited for', async () => {
  const identity = { pid: 1, bootId: 'boot', codeVersion: '0.1.0' }
  for (const stage of ['rights', 'enqueue', 'index'])
    await registerWorker(state.db, { ...identity, stage, host: 'host-a' })
  await registerWorker(state.db, { ...identity, stage: 'index', host: 'host-b' })
  const since = await databaseClock(state.db)
  const waiting = async (scope: string) =>
    (await readDrain(state.db, parseScope(scope), since)).workers.map(({ stage, host }) => `${stage} ${host}`)
  expect(await waiting('all')).toHaveLength(4)
  expect(await waiting('stage:rights')).toEqual(['rights host-a'])
  expect(await waiting('host:host-b')).toEqual(['index host-b'])
  expect(await waiting('target:main')).toEqual(['enqueue host-a', 'index host-a', 'index host-b'])
  for (const scope of ['shard:main/1', 'lane:bulk'])
    expect(await waiting(scope)).toEqual(['index host-a', 'index host-b'])
})
