import { afterAll, beforeAll, expect, test } from 'vitest'
import { ChoreRunner } from '../../src/daemon/chores/chore.ts'
import { remnantsChore, retireChore } from '../../src/daemon/chores/retire.ts'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { Follower } from '../../src/enqueue/follower.ts'
import { EventBus } from '../../src/events/bus.ts'
import { databaseClock } from '../../src/state/clock.ts'
import { deleteRemnants } from '../../src/state/control/remnants.ts'
import { countTargetRows, deleteRetired, retireTarget } from '../../src/state/control/retire.ts'
import { applyTarget } from '../../src/state/control/target.ts'
import { heartbeat } from '../../src/state/control/worker.ts'
import { claim } from '../../src/state/queue/claim.ts'
import { enqueueChanged, requestItems } from '../../src/state/queue/enqueue.ts'
import { change, openState, race, type State, settleAll, worker } from '../state/fixture.ts'

let state: State
let token: string
const settings = { engine: 'embedded', schemaVersion: 1, shards: 2, lease: 60_000, overlap: 60_000 }
const rows = (sql: string) => state.db.query(sql)
beforeAll(async () => {
  state = await openState()
  token = await worker(state.db)
  await change(state.db, ['a.1', 'a.2', 'a.3'])
  await state.db.transaction((tx) => applyTarget(tx, { name: 'main_2', ...settings }))
})
afterAll(() => state.close())

const tables = ['slip_queue', 'slip_indexed', 'slip_recheck', 'slip_errors', 'slip_shard', 'slip_error_group'] as const
const countOf = async (target: string) => {
  const counts: Record<string, number> = {}
  for (const table of tables) counts[table] = (await rows(`SELECT 1 FROM ${table} WHERE target = '${target}'`)).length
  return counts
}
const chore = () => new ChoreRunner(state.db, new EventBus(), token, [retireChore(new EventBus()), remnantsChore])
/** What the chore does in its period, at once. */
async function runChore(runner = chore()) {
  await rows('DELETE FROM slip_duty')
  await runner.runDue(await Pauses.read(state.db))
}

/** One of everything a target can have. */
async function furnish(target: string) {
  await state.db.transaction((tx) =>
    enqueueChanged(tx, target, ['a.1', 'a.2', 'a.3'], { lane: 'daily', reason: 'test' }),
  )
  const now = 'CURRENT_TIMESTAMP(6)'
  for (const sql of [
    `INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, digest, time)
     SELECT '${target}', htid, 1, rev, 1, 'indexed', digest, ${now} FROM slip_rights`,
    `INSERT INTO slip_watermark (stage, name, value, updated_at) VALUES ('scan', '${target}', 'a.1', ${now})`,
    `INSERT INTO slip_recheck (target, htid, due_at) VALUES ('${target}', 'a.1', ${now})`,
    `INSERT INTO slip_errors (target, htid, stage, code, class, message, error_time)
     VALUES ('${target}', 'a.1', 'index', 'METS_MISSING', 'item', 'gone', ${now})`,
    `INSERT INTO slip_sample (target, metric, label, sampled_at, value) VALUES ('${target}', 'm', 'l', ${now}, 1)`,
    `INSERT INTO slip_daily_stats (day, target) VALUES (CURRENT_DATE, '${target}')`,
    `INSERT INTO slip_error_group (target, code, pattern, items, first_time, last_time, examples, sampled_at)
     VALUES ('${target}', 'METS_MISSING', 'gone', 1, ${now}, ${now}, 'a.1', ${now})`,
    `INSERT INTO slip_control (scope, name) VALUES ('shard', '${target}/1')`,
    `INSERT INTO slip_breaker (kind, name, since, next_probe) VALUES ('shard', '${target}/1', ${now}, ${now})`,
  ])
    await rows(sql)
}

test('nobody works for a target that is retiring', async () => {
  await state.db.transaction((tx) => retireTarget(tx, 'main_2'))
  const pauses = await Pauses.read(state.db)
  expect([pauses.target('main_2'), pauses.target('main')]).toEqual([true, false])
})

test('nothing of a target is deleted before every worker has read that it is retiring and its last claim is over', async () => {
  await furnish('main_2')
  await rows(`UPDATE slip_target SET state = 'live' WHERE name = 'main_2'`)
  await rows(`UPDATE slip_queue SET shard = 1`)
  const bucket = { target: 'main_2', lane: 1, shard: 1 }
  const request = { bucket, worker: token, pid: 1, host: 'host-a', batch: 1, draw: 1, fromSeq: 0 }
  const held = await state.db.transaction((tx) => claim(tx, request))
  expect(held.items).toHaveLength(1)
  const before = await countOf('main_2')
  expect(await countTargetRows(state.db, 'main_2')).toEqual({ queued: 3, indexed: 3, errors: 1 })
  await state.db.transaction((tx) => retireTarget(tx, 'main_2'))
  const runner = retireChore(new EventBus())
  const run = () => state.db.transaction((tx) => runOf(runner)(tx))
  await run()
  expect(await countOf('main_2')).toEqual(before)
  await heartbeat(state.db, token, await databaseClock(state.db))
  await run()
  expect(await countOf('main_2')).toEqual(before)
  await settleAll(state.db, held)
  await run()
  expect(await countOf('main_2')).toMatchObject({ slip_queue: 0, slip_indexed: 0, slip_shard: 2 })
})

const runOf = (found: ReturnType<typeof retireChore>) => {
  if (!('work' in found)) throw new Error('retire works in one transaction')
  return found.work
}

test('a retired target goes in batches, whole, and takes nothing of another with it', async () => {
  await rows(`DELETE FROM slip_control`)
  await rows(`DELETE FROM slip_breaker`)
  await rows(`DELETE FROM slip_errors`)
  await rows(`DELETE FROM slip_daily_stats`)
  await rows(`DELETE FROM slip_sample`)
  await rows(`DELETE FROM slip_error_group`)
  await rows(`DELETE FROM slip_recheck`)
  await rows(`DELETE FROM slip_watermark`)
  // a name whose underscore, as a pattern, would mean any letter
  await state.db.transaction((tx) => applyTarget(tx, { name: 'mainx2', ...settings }))
  for (const target of ['main_2', 'mainx2']) await furnish(target)
  const kept = await countOf('mainx2')
  const batches: number[] = []
  for (let gone = false; !gone; ) {
    const batch = await state.db.transaction((tx) => deleteRetired(tx, 'main_2', 2))
    if (!batch.gone) batches.push(batch.deleted)
    gone = batch.gone
  }
  // queue and ledger of three items, and one each of recheck, errors and samples
  expect(batches).toEqual([2, 2, 2, 2, 1])
  expect(new Set(Object.values(await countOf('main_2')))).toEqual(new Set([0]))
  expect(await countOf('mainx2')).toEqual(kept)
  expect(await rows(`SELECT name FROM slip_target ORDER BY name`)).toEqual([{ name: 'main' }, { name: 'mainx2' }])
  expect(await rows('SELECT name FROM slip_control')).toEqual([{ name: 'mainx2/1' }])
  expect(await rows('SELECT name FROM slip_breaker')).toEqual([{ name: 'mainx2/1' }])
  expect(await rows('SELECT DISTINCT name FROM slip_watermark')).toEqual([{ name: 'mainx2' }])
  expect(await rows('SELECT target FROM slip_daily_stats')).toEqual([{ target: 'mainx2' }])
  await runChore()
  expect(await countOf('mainx2')).toEqual(kept)
})

test('a process that is still configured for a target that is gone does nothing for it', async () => {
  await state.db.transaction((tx) => applyTarget(tx, { name: 'past', ...settings }))
  const follower = new Follower(state.db, new EventBus(), { name: 'past', ...settings })
  const step = async () => {
    if (!(await Pauses.read(state.db)).target('past')) while (await follower.step());
  }
  await step()
  await state.db.transaction((tx) => retireTarget(tx, 'past'))
  for (let gone = false; !gone; ) gone = (await state.db.transaction((tx) => deleteRetired(tx, 'past', 100))).gone
  await step()
  expect(await rows(`SELECT htid FROM slip_queue WHERE target = 'past'`)).toEqual([])
})

/** As a person who asked in the moment in which it went. */
const request = (target: string, htids: readonly string[]) =>
  state.db.transaction((tx) => requestItems(tx, target, htids, { lane: 'ops', reason: 'ctl' }))
const queued = () => rows('SELECT target, htid FROM slip_queue ORDER BY target, htid')

test('what is still requested for a target that is gone leaves the queue, and nothing of one that is there', async () => {
  await rows('DELETE FROM slip_queue')
  for (const target of ['a_gone', 'main', 'mainx2', 'past']) await request(target, ['a.1', 'a.2', 'a.3'])
  expect(await state.db.transaction((tx) => deleteRemnants(tx, 2))).toBe(4)
  expect(await queued()).toHaveLength(8)
  await runChore()
  const kept = ['main', 'mainx2'].flatMap((target) => ['a.1', 'a.2', 'a.3'].map((htid) => ({ target, htid })))
  expect(await queued()).toEqual(kept)
})

test('apply–remnants: a row that is taken up for a target applied anew in this moment is kept', async () => {
  await rows('DELETE FROM slip_queue')
  await request('past', ['a.1', 'a.2'])
  const other = await state.another()
  const deleted = await race(
    state.db,
    async (tx) => {
      await applyTarget(tx, { name: 'past', ...settings })
      await requestItems(tx, 'past', ['a.1'], { lane: 'ops', reason: 'ctl' })
    },
    () => other.transaction((tx) => deleteRemnants(tx, 10)),
  )
  expect(deleted).toBe(0)
  expect(await queued()).toHaveLength(2)
})
