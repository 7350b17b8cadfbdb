import { expect, test } from 'vitest'
import { assertFresh, takeStamp } from '../../src/state/clock.ts'
import type { Connection } from '../../src/state/connection.ts'
import { expireWorkers, heartbeat } from '../../src/state/control/worker.ts'
import type { Claim } from '../../src/state/queue/claim.ts'
import { delay } from '../../src/state/queue/delay.ts'
import { enqueueChanged, requestItems } from '../../src/state/queue/enqueue.ts'
import { lockClaim } from '../../src/state/queue/exit.ts'
import { fail } from '../../src/state/queue/fail.ts'
import { followPage } from '../../src/state/queue/follow.ts'
import { handBack } from '../../src/state/queue/hand-back.ts'
import { moveDue } from '../../src/state/queue/move-due.ts'
import { reap, reapOrphans } from '../../src/state/queue/reap.ts'
import { findPendingRecords, takePendingRecords } from '../../src/state/records/pending-records.ts'
import { upsertRecords } from '../../src/state/records/upsert-records.ts'
import { merge, upsertRights } from '../../src/state/rights/upsert-rights.ts'
import {
  change,
  claimBucket,
  claimItem,
  digestOf,
  enqueue,
  exit as exitOf,
  expireLeases,
  later,
  ledgerRow,
  queueRow,
  settleAll,
  untilBlocked,
  worker,
} from './fixture.ts'
import { openForFile, other, state, token } from './opened.ts'

openForFile()

const claimed = (htid: string): Promise<Claim> => claimItem(state.db, token, htid)
const request = (htid: string) =>
  state.db.transaction((tx) => requestItems(tx, 'main', [htid], { lane: 'ops', reason: 'request' }))
const exit = (held: Claim, work: (tx: Connection) => Promise<unknown>) => exitOf(state.db, held, work)
const forget = (htid: string) => state.db.query(`DELETE FROM slip_queue WHERE htid = '${htid}'`)

test('a request during a claim makes a delayed exit ready at once, with all attempts', async () => {
  const held = await claimed('a.1')
  await request('a.1')
  const item = { htid: 'a.1', baseMs: 60_000, environment: false, unproven: false, message: 'm' }
  await exit(held, (tx) => delay(tx, held, [item]))
  expect(await queueRow(state.db, 'a.1')).toMatchObject({ state: 0, gen: 2, attempts: 0 })
  await forget('a.1')
})

test('a request during a claim makes a row handed back ready with all attempts', async () => {
  const held = await claimed('a.2')
  await state.db.query(`UPDATE slip_queue SET attempts = 3 WHERE htid = 'a.2'`)
  await request('a.2')
  await exit(held, (tx) => handBack(tx, held, [{ htid: 'a.2', fence: 0 }]))
  expect(await queueRow(state.db, 'a.2')).toMatchObject({ state: 0, attempts: 0 })
  await forget('a.2')
})

test('a request during a claim is served even if the reaper takes the row for the fourth time', async () => {
  await claimed('a.3')
  await state.db.query(`UPDATE slip_queue SET strikes = 3, attempts = 2 WHERE htid = 'a.3'`)
  await request('a.3')
  await expireLeases(state.db)
  await state.db.transaction((tx) => reap(tx, 10))
  expect(await queueRow(state.db, 'a.3')).toMatchObject({ state: 0, lane: 0, attempts: 0, strikes: 4, unproven: true })
  await forget('a.3')
})

test('a fence that only the queue row knows is exceeded by the next claim', async () => {
  const held = await claimed('a.4')
  const far = held.fence + 86_400_000_000
  await exit(held, (tx) => handBack(tx, held, [{ htid: 'a.4', fence: far }]))
  const next = await claimBucket(state.db, token, { shard: 1 })
  expect(next.fence).toBe(far + 1)
  await settleAll(state.db, next)
  // and the ledger remembers it when the row is gone
  expect(await ledgerRow(state.db, 'a.4')).toMatchObject({ fence: far + 1 })
})

test('a claim waits for nobody: rows locked by others are left out', async () => {
  await change(state.db, ['b.1', 'b.2'])
  await enqueue(state.db, ['b.1', 'b.2'])
  await state.db.transaction(async (tx) => {
    await tx.query(`SELECT 1 FROM slip_queue WHERE target = 'main' AND htid = 'b.1' FOR UPDATE`)
    const held = await claimBucket(other, token)
    expect(held.items.map(({ htid }) => htid)).toEqual(['b.2'])
    await settleAll(other, held)
  })
  await forget('b.1')
})

test('an exit waits for whoever holds its claim row, and finds it gone', async () => {
  const held = await claimed('b.3')
  let answer: Promise<boolean> | undefined
  await state.db.transaction(async (tx) => {
    await tx.query(`DELETE FROM slip_claim WHERE token = '${held.token}'`)
    answer = other.transaction((exiting) => lockClaim(exiting, held))
    await untilBlocked(state.db)
  })
  expect(await answer).toBe(false)
  await forget('b.3')
})

test('the reaper passes over a claim whose worker is at its exit, and over one that was renewed since it looked', async () => {
  const held = await claimed('b.4')
  await expireLeases(state.db)
  await state.db.transaction(async (tx) => {
    await lockClaim(tx, held)
    expect(await other.transaction((reaper) => reap(reaper, 10))).toBe(0)
  })
  await settleAll(state.db, held)
})

test('claimed rows that have a claim are no orphans', async () => {
  const held = await claimed('b.5')
  expect(await state.db.transaction((tx) => reapOrphans(tx, 10))).toBe(0)
  await settleAll(state.db, held)
})

test('the mover passes over a row that is locked', async () => {
  await change(state.db, ['b.6'])
  await enqueue(state.db, ['b.6'])
  await state.db.query(`UPDATE slip_queue SET state = 2, available_at = ${later(state.db, 0)} WHERE htid = 'b.6'`)
  await state.db.transaction(async (tx) => {
    await tx.query(`SELECT 1 FROM slip_queue WHERE target = 'main' AND htid = 'b.6' FOR UPDATE`)
    expect(await other.transaction((mover) => moveDue(mover, 10))).toBe(0)
  })
  await forget('b.6')
})

test('a rights stamp is never behind the watermark, and too old a one is refused before COMMIT', async () => {
  await state.db.query(
    `INSERT INTO slip_watermark (stage, name, value, updated_at)
     VALUES ('enqueue', 'main', CAST(${later(state.db, 3600)} AS char(40)), ${later(state.db, 0)})`,
  )
  const [row] = await state.db.query<{ value: string }>(`SELECT value FROM slip_watermark WHERE stage = 'enqueue'`)
  const stamp = await takeStamp(state.db)
  expect(stamp).toEqual({ time: row?.value, limitMs: 30_000 })
  // the clock was set back: what is stamped with the watermark lies ahead of T0 and is read all the same
  await change(state.db, ['c.1'])
  const [now] = await state.db.query<{ t0: string }>(`SELECT ${later(state.db, 0)} AS t0`)
  const pass = {
    target: 'main',
    t0: now?.t0 ?? '',
    wholeAt: now?.t0 ?? '',
    overlapMs: 60_000,
    after: { time: stamp.time, htid: '' },
    known: stamp.time,
    enqueued: 0,
  }
  expect((await state.db.transaction((tx) => followPage(tx, pass, 10))).enqueued).toBe(1)
  expect(await state.db.query(`SELECT value FROM slip_watermark WHERE stage = 'enqueue'`)).toEqual([row])
  await state.db.query(`DELETE FROM slip_watermark WHERE stage = 'enqueue'`)
  await forget('c.1')
  await expect(assertFresh(state.db, { time: '2026-01-01 00:00:00', limitMs: 30_000 })).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
  })
})

test('after a full page the watermark is its last insert_time, and never past T0 minus the overlap', async () => {
  await state.db.query('DELETE FROM slip_rights')
  await change(state.db, ['d.1', 'd.2'])
  await state.db.query(`UPDATE slip_rights SET insert_time = '2026-01-01 00:00:00' WHERE htid = 'd.1'`)
  const pass = (t0: string) => ({
    target: 'main',
    t0,
    wholeAt: t0,
    overlapMs: 60_000,
    after: { time: '1970-01-01 00:00:00', htid: '' },
    known: null,
    enqueued: 0,
  })
  const page = (t0: string) => state.db.transaction((tx) => followPage(tx, pass(t0), 1))
  expect((await page('2026-01-01 00:00:30')).watermark).toMatch(/^2025-12-31 23:59:30/)
  expect((await page('2026-01-01 01:00:00')).watermark).toMatch(/^2026-01-01 00:00:00/)
  await state.db.query(`DELETE FROM slip_queue`)
})

test('a record changed since it was looked at is not taken as carried over', async () => {
  const load = (digest: string) =>
    state.db.transaction((tx) => upsertRecords(tx, 's', [{ recordId: 'r9', data: '{}', digest, items: 0 }]))
  await load(digestOf(1))
  const before = await findPendingRecords(state.db, 10)
  await load(digestOf(2))
  expect((await state.db.transaction((tx) => takePendingRecords(tx, before))).size).toBe(0)
  const now = await findPendingRecords(state.db, 10)
  let late: Promise<unknown> | undefined
  await state.db.transaction(async (tx) => {
    expect((await takePendingRecords(tx, now)).size).toBe(1)
    late = other.transaction((taker) => takePendingRecords(taker, now))
    await untilBlocked(state.db)
  })
  expect(await late).toEqual(new Set())
})

test('only a worker silent for a lease is expired, and it beats in vain', async () => {
  const [live, silent] = [await worker(state.db), await worker(state.db)]
  await state.db.query(`UPDATE slip_worker SET heartbeat_at = ${later(state.db, -120)} WHERE token = '${silent}'`)
  const clock = '2026-01-01 00:00:00'
  expect(await state.db.transaction((tx) => expireWorkers(tx, 60_000))).toBe(1)
  expect(await heartbeat(state.db, live, clock)).toBe(true)
  expect(await heartbeat(state.db, silent, clock)).toBe(false)
})

test('of two writers of one known item the second adds to what the first changed', async () => {
  await change(state.db, ['f.1'])
  const put = (tx: Connection, part: object) =>
    upsertRights(tx, [{ htid: 'f.1', apply: (known) => merge(known, part) }])
  let second: Promise<unknown> | undefined
  await state.db.transaction(async (tx) => {
    await put(tx, { attr: 8 })
    second = other.transaction((late) => put(late, { recordId: 'r2' }))
    await untilBlocked(state.db)
  })
  await second
  const [row] = await state.db.query(`SELECT attr, record_id, rev FROM slip_rights WHERE htid = 'f.1'`)
  expect(row).toEqual({ attr: 8, record_id: 'r2', rev: 3 })
})

test('one revision enqueued by two at once during a claim is one request', async () => {
  const held = await claimed('f.2')
  await change(state.db, ['f.2'], { title: 1 })
  const daily = { lane: 'daily', reason: 'test' } as const
  let second: Promise<unknown> | undefined
  await state.db.transaction(async (tx) => {
    await enqueueChanged(tx, 'main', ['f.2'], daily)
    second = other.transaction((late) => enqueueChanged(late, 'main', ['f.2'], daily))
    await untilBlocked(state.db)
  })
  await second
  expect(await queueRow(state.db, 'f.2')).toMatchObject({ state: 1, rev: 2, gen: 2, claim_token: held.token })
  await settleAll(state.db, held)
  await forget('f.2')
})

test('an error keeps the shard that was drawn over a ledger row that knew none', async () => {
  await change(state.db, ['f.3'], { attr: 8 })
  await enqueue(state.db, ['f.3'])
  await settleAll(state.db, await claimBucket(state.db, token))
  expect(await ledgerRow(state.db, 'f.3')).toMatchObject({ shard: 0 })
  await change(state.db, ['f.3'])
  await enqueue(state.db, ['f.3'])
  const held = await claimBucket(state.db, token, { draw: 2 })
  const failure = { htid: 'f.3', code: 'PAGE_MISSING', class: 'item' as const, message: 'm', detail: '{}' }
  await exit(held, (tx) => fail(tx, held, [failure], { worker: token, pid: 1, host: 'h' }))
  expect(await ledgerRow(state.db, 'f.3')).toMatchObject({ shard: 2, rev: 1, presence: 'absent' })
})

test('what a writer writes after the rights counts in how long it took: its age is asked last', async () => {
  const asked: string[] = []
  const written = state.db.transaction((tx) => {
    const heard: Connection = {
      dialect: tx.dialect,
      query: (sql, values) => tx.query(asked[asked.push(sql) - 1]!, values),
      change: (sql, values) => tx.change(asked[asked.push(sql) - 1]!, values),
    }
    return upsertRights(heard, [{ htid: 'w.1', apply: (known) => merge(known, { attr: 1 }) }], async (changes) => {
      expect(changes.get('w.1')).toBe('NEW')
      await heard.query('SELECT 1 AS rest')
    })
  })
  expect((await written).get('w.1')).toBe('NEW')
  expect(asked.findIndex((sql) => sql.endsWith('AS rest'))).toBe(asked.length - 2)
  expect(asked.at(-1)).toMatch(/ AS late$/)
})
