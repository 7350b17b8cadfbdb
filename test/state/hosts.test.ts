import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listWorkers } from '../../src/state/audit/workers.ts'
import type { Database } from '../../src/state/connection.ts'
import { takeDuty } from '../../src/state/control/duty.ts'
import { expireWorkers, longestSilence, registerWorker, unregisterWorker } from '../../src/state/control/worker.ts'
import { claim } from '../../src/state/queue/claim.ts'
import { moveDue } from '../../src/state/queue/move-due.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { renew } from '../../src/state/queue/renew.ts'
import {
  change,
  claimBucket,
  enqueue,
  later,
  ledgerRow,
  openState,
  queueRow,
  type State,
  settleAll,
  worker,
} from './fixture.ts'

let state: State
/** Another host's connection. */
let elsewhere: Database
beforeAll(async () => {
  state = await openState()
  elsewhere = await state.another()
})
beforeEach(async () => {
  for (const table of ['slip_claim', 'slip_queue', 'slip_worker', 'slip_duty'])
    await state.db.query(`DELETE FROM ${table}`)
})
afterAll(() => state.close())

async function ready(...htids: string[]) {
  await change(state.db, htids)
  await enqueue(state.db, htids)
}
const claimOn = (db: Database, token: string, host: string, pid: number, batch: number) =>
  db.transaction((tx) =>
    claim(tx, {
      bucket: { target: 'main', lane: 1, shard: 0 },
      worker: token,
      pid,
      host,
      batch,
      draw: 1,
      fromSeq: 0,
    }),
  )
const reapBy = (db: Database) => db.transaction((tx) => reap(tx, 10))
/** The clock of the database was set back an hour: whatever was stamped by it now lies an hour further ahead. */
async function clockBackAnHour() {
  for (const [table, column] of [
    ['slip_claim', 'lease_until'],
    ['slip_claim', 'claimed_at'],
    ['slip_duty', 'until'],
    ['slip_queue', 'available_at'],
    ['slip_worker', 'heartbeat_at'],
  ])
    await state.db.query(
      `UPDATE ${table} SET ${column} = ${column} + INTERVAL '3600' SECOND WHERE ${column} IS NOT NULL`,
    )
}

test('the claims of a host that died come back after one lease, by the reaper of another, and not before', async () => {
  await ready('a.1', 'a.2')
  const dead = await worker(state.db, 'host-a', 7)
  await claimOn(state.db, dead, 'host-a', 7, 10)
  const lease = async (seconds: number) =>
    state.db.query(`UPDATE slip_claim SET lease_until = lease_until - INTERVAL '${seconds}' SECOND`)
  await lease(59)
  expect(await reapBy(elsewhere)).toBe(0)
  await lease(1)
  expect(await reapBy(elsewhere)).toBe(2)
  expect(await queueRow(state.db, 'a.1')).toMatchObject({ state: 0, lane: 0, attempts: 0, strikes: 1, unproven: true })
})

test('the same pid on two hosts is two workers: one dies, and the other keeps what it holds', async () => {
  await ready('b.1', 'b.2')
  const [here, there] = [await worker(state.db, 'host-a', 7), await worker(state.db, 'host-b', 7)]
  const mine = await claimOn(state.db, here, 'host-a', 7, 1)
  const theirs = await claimOn(elsewhere, there, 'host-b', 7, 1)
  await state.db.query(`UPDATE slip_claim SET lease_until = ${later(state.db, -1)} WHERE worker = '${here}'`)
  await state.db.query(`UPDATE slip_worker SET heartbeat_at = ${later(state.db, -61)} WHERE token = '${here}'`)
  expect(await state.db.transaction((tx) => expireWorkers(tx, 60_000))).toBe(1)
  expect(await reapBy(elsewhere)).toBe(1)
  expect([...(await renew(elsewhere, [mine.token, theirs.token]))]).toEqual([theirs.token])
  expect((await settleAll(elsewhere, theirs)).size).toBe(1)
  expect((await settleAll(state.db, mine)).size).toBe(0)
  await state.db.transaction((tx) => unregisterWorker(tx, here))
  expect((await listWorkers(state.db)).map(({ host, pid }) => `${host} ${pid}`)).toEqual(['host-b 7'])
})

test('a host that comes back with the pid of its dead daemon does not speak for it', async () => {
  await ready('b.3')
  const dead = await worker(state.db, 'host-a', 7)
  const held = await claimOn(state.db, dead, 'host-a', 7, 1)
  await worker(state.db, 'host-a', 7)
  await state.db.query(`UPDATE slip_claim SET lease_until = ${later(state.db, -1)}`)
  expect(await reapBy(elsewhere)).toBe(1)
  expect((await settleAll(state.db, held)).size).toBe(0)
})

test('what each worker holds is listed with it: claims, duties, and whether it is alive', async () => {
  await ready('c.1', 'c.2')
  const [here, there] = [await worker(state.db, 'host-a', 1), await worker(state.db, 'host-b', 2)]
  await claimOn(state.db, here, 'host-a', 1, 10)
  await takeDuty(state.db, 'reap', there, 60_000)
  await state.db.query(`UPDATE slip_worker SET heartbeat_at = ${later(state.db, -61)} WHERE token = '${here}'`)
  const held = { claims: [{ target: 'main', lane: 1, shard: 0, items: 2 }], duties: [] }
  expect(await listWorkers(state.db)).toMatchObject([
    { host: 'host-a', state: 'dead', expired: false, expiredAt: null, ...held },
    { host: 'host-b', state: 'alive', expired: false, expiredAt: null, claims: [], duties: ['reap'] },
  ])
  await state.db.transaction((tx) => expireWorkers(tx, 60_000))
  expect(await listWorkers(state.db)).toMatchObject([
    { host: 'host-a', state: 'dead', expired: true, expiredAt: expect.stringMatching(/^2/), ...held },
    { host: 'host-b', state: 'alive', expired: false },
  ])
})

test('a worker of targets with long leases is not expired by one that knows a short lease only', async () => {
  await state.db.query(
    `INSERT INTO slip_target (name, engine, schema_version, shards, lease_ms, overlap_ms)
     VALUES ('slow', 'embedded', 1, 1, 600000, 60000)`,
  )
  await worker(state.db)
  await state.db.query(`UPDATE slip_worker SET heartbeat_at = ${later(state.db, -200)}`)
  const expire = () => state.db.transaction(async (tx) => expireWorkers(tx, await longestSilence(tx)))
  expect(await expire()).toBe(0)
  await state.db.query(`DELETE FROM slip_target WHERE name = 'slow'`)
  expect(await expire()).toBe(1)
})

test('after the clock of the database was set back an hour, a lease ends after a lease and not after an hour', async () => {
  await ready('d.1')
  const token = await worker(state.db)
  const held = await claimBucket(state.db, token)
  await clockBackAnHour()
  // whoever lives renews by the clock there is now
  expect([...(await renew(state.db, [held.token]))]).toEqual([held.token])
  expect(await reapBy(elsewhere)).toBe(0)
  await clockBackAnHour()
  expect(await reapBy(elsewhere)).toBe(1)
})

test('after the clock was set back an hour, duties are free at once and a beating worker stays alive', async () => {
  const [dead, alive] = [await worker(state.db, 'host-a'), await worker(state.db, 'host-b')]
  await takeDuty(state.db, 'move', dead, 1_000)
  expect(await takeDuty(elsewhere, 'move', alive, 1_000)).toBe(false)
  await clockBackAnHour()
  expect(await takeDuty(elsewhere, 'move', alive, 1_000)).toBe(true)
  expect(await state.db.transaction((tx) => expireWorkers(tx, 60_000))).toBe(0)
})

test('a delay further away than the longest there is, by a clock set back, ends at once; a shorter one keeps its time', async () => {
  await ready('e.1', 'e.2')
  const delayed = (htid: string, seconds: number) =>
    state.db.query(`UPDATE slip_queue SET state = 2, available_at = ${later(state.db, seconds)} WHERE htid = '${htid}'`)
  await delayed('e.1', 86_000)
  await delayed('e.2', 600)
  expect(await state.db.transaction((tx) => moveDue(tx, 10))).toBe(0)
  await clockBackAnHour()
  expect(await state.db.transaction((tx) => moveDue(tx, 10))).toBe(1)
  expect(await queueRow(state.db, 'e.1')).toMatchObject({ state: 0 })
})

test('after the clock was set back, a new claim of an item still draws a higher fence than the last', async () => {
  await ready('f.1')
  const token = await worker(state.db)
  const first = await claimBucket(state.db, token)
  await settleAll(state.db, first)
  await state.db.query(`UPDATE slip_indexed SET fence = fence + 3600000000 WHERE htid = 'f.1'`)
  await change(state.db, ['f.1'], { title: 1 })
  await enqueue(state.db, ['f.1'])
  await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
  expect(await ledgerRow(state.db, 'f.1')).toMatchObject({ fence: first.fence + 3_600_000_001 })
})

test('a worker registers by the clock of the database, whatever its host says', async () => {
  await registerWorker(state.db, { stage: 'index', host: 'h', pid: 1, bootId: 'b', codeVersion: '0.1.0' })
  const [row] = await state.db.query<{ near: boolean | number }>(
    `SELECT started_at BETWEEN ${later(state.db, -60)} AND ${later(state.db, 1)} AS near FROM slip_worker`,
  )
  expect(Boolean(row?.near)).toBe(true)
})

/** Where the clock of a host would decide over rows. What a document carries as its time of assembly is for people. */
const deciding = ['state', 'daemon', 'enqueue', 'rights', 'indexer']
const allowed = new Set(['src/indexer/make-document.ts'])

test('no host asks its own clock: Date.now and new Date() stand nowhere in state and daemons', () => {
  const root = join(import.meta.dirname, '../..')
  const asking = deciding
    .flatMap((folder) =>
      readdirSync(join(root, 'src', folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join('src', folder, name),
      ),
    )
    .filter((file) => file.endsWith('.ts') && !allowed.has(file))
    .filter((file) => /\bDate\.now\b|\bnew Date\(\)/.test(readFileSync(join(root, file), 'utf8')))
  expect(asking).toEqual([])
})
