import { expect, test } from 'vitest'
import type { Connection, Database } from '../../src/state/connection.ts'
import { openBreaker, takeProbe } from '../../src/state/control/breaker.ts'
import { writeCounters } from '../../src/state/control/worker-counter.ts'
import { groupErrors } from '../../src/state/statistics/error-groups.ts'
import { retain } from '../../src/state/statistics/retain.ts'
import { rollUp } from '../../src/state/statistics/roll-up.ts'
import { takeSample } from '../../src/state/statistics/sample.ts'
import { change, claimBucket, enqueue, later, settleAll, untilBlocked, worker } from './fixture.ts'
import { openForFile, state } from './opened.ts'

openForFile()

const rows = <Row = Record<string, unknown>>(db: Connection, sql: string) => db.query<Row>(sql)

test('the sampler adds what each counter has risen to the day, once, however often a worker writes it', async () => {
  const { db } = state
  const [a, b] = [await worker(db, 'host-a'), await worker(db, 'host-b')]
  const count = (token: string, indexed: number) =>
    writeCounters(db, token, [
      { target: 'main', name: 'indexed', value: indexed },
      { target: 'main', name: 'pages', value: indexed * 10 },
    ])
  await count(a, 3)
  await count(a, 3)
  await count(b, 4)
  await db.transaction(rollUp)
  await count(a, 5)
  await db.transaction(rollUp)
  await db.transaction(rollUp)
  expect(await rows(db, 'SELECT target, indexed, pages, deleted FROM slip_daily_stats')).toEqual([
    { target: 'main', indexed: 9, pages: 90, deleted: 0 },
  ])
})

test('a counter written late, after a higher one, takes nothing back', async () => {
  const { db } = state
  const token = await worker(db)
  await writeCounters(db, token, [{ target: 'late', name: 'bytes', value: 100 }])
  await writeCounters(db, token, [{ target: 'late', name: 'bytes', value: 60 }])
  await db.transaction(rollUp)
  expect(await rows(db, `SELECT bytes FROM slip_daily_stats WHERE target = 'late'`)).toEqual([{ bytes: 100 }])
})

test('counters of a worker that is gone are rolled up before they go', async () => {
  const { db } = state
  const token = await worker(db)
  await writeCounters(db, token, [{ target: 'gone', name: 'errors', value: 2 }])
  await db.change(`DELETE FROM slip_worker WHERE token = '${token}'`)
  await db.transaction(rollUp)
  expect(await rows(db, `SELECT errors FROM slip_daily_stats WHERE target = 'gone'`)).toEqual([{ errors: 2 }])
  expect(await rows(db, `SELECT * FROM slip_worker_counter WHERE target = 'gone'`)).toEqual([])
})

test('a worker that was expired, wakes and writes its counters again is not counted again', async () => {
  const { db } = state
  const token = await worker(db)
  await writeCounters(db, token, [{ target: 'slept', name: 'indexed', value: 10 }])
  await db.change(`UPDATE slip_worker SET expired_at = ${later(db, -1)} WHERE token = '${token}'`)
  await db.transaction(rollUp)
  await writeCounters(db, token, [{ target: 'slept', name: 'indexed', value: 12 }])
  await db.transaction(rollUp)
  expect(await rows(db, `SELECT indexed FROM slip_daily_stats WHERE target = 'slept'`)).toEqual([{ indexed: 12 }])
})

test('two samplers at once count nothing twice', async () => {
  const { db } = state
  const other = await state.another()
  await writeCounters(db, await worker(db), [{ target: 'twice', name: 'deleted', value: 7 }])
  await Promise.all([db.transaction(rollUp), other.transaction(rollUp)])
  expect(await rows(db, `SELECT deleted FROM slip_daily_stats WHERE target = 'twice'`)).toEqual([{ deleted: 7 }])
})

test('a sample holds every lane and state, also those without items, and views show the newest', async () => {
  const { db } = state
  await change(db, ['a.1', 'a.2', 'a.3'])
  await enqueue(db, ['a.1', 'a.2', 'a.3'])
  await db.transaction((tx) => takeSample(tx, 'quick'))
  const depth = () =>
    rows(db, `SELECT items FROM slip_queue_depth WHERE target = 'main' AND lane = 'daily' AND state = 'ready'`)
  expect(await depth()).toEqual([{ items: 3 }])
  const claim = await claimBucket(db, await worker(db))
  await settleAll(db, claim)
  await db.transaction((tx) => takeSample(tx, 'quick'))
  expect(await depth()).toEqual([{ items: 0 }])
  const labels = await rows(db, `SELECT DISTINCT label FROM slip_sample WHERE metric = 'queue'`)
  expect(labels).toHaveLength(16)
})

test('the ledger is sampled shard by shard, 0 for items without one', async () => {
  const { db } = state
  await change(db, ['b.1', 'b.2'])
  await enqueue(db, ['b.1', 'b.2'])
  await settleAll(db, await claimBucket(db, await worker(db), { draw: 2 }))
  await db.transaction((tx) => takeSample(tx, 'ledger'))
  expect(
    await rows(db, `SELECT shard, indexed, pages FROM slip_shard_status WHERE target = 'main' ORDER BY shard`),
  ).toEqual([
    { shard: 1, indexed: 3, pages: 30 },
    { shard: 2, indexed: 2, pages: 20 },
  ])
})

test('errors that differ only in what varies are one group, with count, first, last and three examples', async () => {
  const { db } = state
  for (const n of [1, 2, 3, 4]) {
    await db.change(`
      INSERT INTO slip_errors (target, htid, stage, code, class, message, pattern, error_time)
      VALUES ('main', 'e.${n}', 'index', 'PAGE_MISSING', 'item', 'page ${n}', 'page N', ${later(db, n - 100)})`)
  }
  await db.change(`
    INSERT INTO slip_errors (source, stage, code, class, message, pattern, error_time)
    VALUES ('catalogue', 'rights', 'SOURCE_RECORD_INVALID', 'item', 'no JSON', 'no JSON', ${later(db, 0)})`)
  await db.transaction(groupErrors)
  await db.transaction(groupErrors)
  expect(
    await rows(db, 'SELECT target, code, pattern, items, examples FROM slip_error_groups ORDER BY target'),
  ).toEqual([
    { target: '', code: 'SOURCE_RECORD_INVALID', pattern: 'no JSON', items: 1, examples: 'catalogue' },
    { target: 'main', code: 'PAGE_MISSING', pattern: 'page N', items: 4, examples: 'e.4 e.3 e.2' },
  ])
})

test('what has been kept long enough goes, no more rows at a time than allowed; the rest stays', async () => {
  const { db } = state
  for (const days of [1, 20, 21, 22]) {
    await db.change(`
      INSERT INTO slip_sample (target, metric, label, sampled_at, value) VALUES ('old', 'x', 'y', ${later(db, -days * 86_400)}, 1)`)
  }
  const day = 86_400_000
  const once = () => db.transaction((tx) => retain(tx, 'samples', 14 * day, 2))
  expect([await once(), await once(), await once()]).toEqual([2, 1, 0])
  expect(await rows(db, `SELECT count(*) AS n FROM slip_sample WHERE target = 'old'`)).toEqual([{ n: 1 }])
})

test('an expired worker is kept while a claim names it', async () => {
  const { db } = state
  await change(db, ['c.1'])
  await enqueue(db, ['c.1'])
  const [busy, idle] = [await worker(db), await worker(db)]
  const claim = await claimBucket(db, busy)
  await db.change(`UPDATE slip_worker SET expired_at = ${later(db, -90_000)} WHERE token IN ('${busy}', '${idle}')`)
  const forget = () => db.transaction((tx) => retain(tx, 'workers', 60_000, 100))
  expect(await forget()).toBe(1)
  await settleAll(db, claim)
  expect(await forget()).toBe(1)
})

test('what is suspended and nobody has tried for long goes; what was tried since stays, however long it has been away', async () => {
  const { db } = state
  const probe = 30_000
  for (const name of ['host-gone:/data', 'host-a:/data', 'host-b:/data']) {
    await openBreaker(db, { kind: 'mount', name, failures: 3, reason: 'away' }, probe)
  }
  const day = 86_400
  await db.change(`UPDATE slip_breaker SET since = ${later(db, -30 * day)}`)
  await db.change(`UPDATE slip_breaker SET next_probe = ${later(db, -8 * day)} WHERE name <> 'host-b:/data'`)
  const forget = (by: Database) => by.transaction((tx) => retain(tx, 'breakers', 7 * day * 1000, 100))
  const other = await state.another()
  let forgotten: Promise<number> | undefined
  await db.transaction(async (tx) => {
    expect(await takeProbe(tx, { kind: 'mount', name: 'host-a:/data' }, probe)).toBe(true)
    // PostgreSQL passes over what is being tried at this moment, MySQL waits for it and looks again
    forgotten = forget(other)
    if (db.dialect === 'mysql') await untilBlocked(db)
    else await forgotten
  })
  expect(await forgotten).toBe(1)
  expect(await rows(db, 'SELECT name FROM slip_breaker ORDER BY name')).toEqual([
    { name: 'host-a:/data' },
    { name: 'host-b:/data' },
  ])
})
