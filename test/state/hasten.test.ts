import { beforeEach, expect, test } from 'vitest'
import { closeBreaker, failProbe, openBreaker } from '../../src/state/control/breaker.ts'
import { enqueueChanged } from '../../src/state/queue/enqueue.ts'
import { hasten } from '../../src/state/queue/hasten.ts'
import { holdItems } from '../../src/state/queue/hold.ts'
import { change, later, queueRow, race } from './fixture.ts'
import { openForFile, other, state } from './opened.ts'

openForFile()

const probe = 30_000
const storm = 'STORM_BRAKE: RECORD_MISSING: no record'

beforeEach(async () => {
  for (const table of ['slip_queue', 'slip_breaker']) await state.db.query(`DELETE FROM ${table}`)
})

/** Queued, and put off for an hour. */
async function putOff(htids: readonly string[], lastError: string, { target = 'main', shard = 1 } = {}) {
  await change(state.db, htids)
  await state.db.transaction((tx) => enqueueChanged(tx, target, htids, { lane: 'daily', reason: 'test' }))
  await state.db.query(
    `UPDATE slip_queue SET state = 2, available_at = ${later(state.db, 3_600)}, shard = ${shard}, last_error = '${lastError}'
     WHERE target = '${target}' AND htid IN (${htids.map((htid) => `'${htid}'`)})`,
  )
}
/** `TARGET ITEM` of what is due within ten seconds. */
const soon = async () => {
  const rows = await state.db.query(
    `SELECT target, htid FROM slip_queue WHERE state = 2 AND available_at <= ${later(state.db, 10)} ORDER BY target, htid`,
  )
  return rows.map(({ target, htid }) => `${target} ${htid}`)
}
const main = (...htids: string[]) => htids.map((htid) => `main ${htid}`)

test('when the storm of a target is over, what its probes put off is due within seconds; the back-off an item earned stays', async () => {
  await putOff(['a.1', 'a.2'], storm)
  await putOff(['a.3'], storm, { shard: 2 })
  await putOff(['a.4'], 'RECORD_MISSING: no record')
  await putOff(['a.5'], storm, { target: 'second' })
  const breaker = { kind: 'target', name: 'main' } as const
  await openBreaker(state.db, { ...breaker, failures: 1, reason: 'STORM_BRAKE: 100 of 100' }, probe)
  expect(await closeBreaker(state.db, breaker)).toBe(true)
  expect(await soon()).toEqual(main('a.1', 'a.2', 'a.3'))
})

test('when a shard answers again, what waited for it is due within seconds, and nothing of another shard', async () => {
  await putOff(['b.1'], 'ENGINE_UNAVAILABLE: nobody answers', { shard: 2 })
  await putOff(['b.2'], 'ENGINE_UNAVAILABLE: nobody answers', { shard: 1 })
  await putOff(['b.3'], 'REPOSITORY_UNAVAILABLE: not mounted', { shard: 2 })
  const breaker = { kind: 'shard', name: 'main/2' } as const
  await openBreaker(state.db, { ...breaker, failures: 3, reason: 'ENGINE_UNAVAILABLE: gone' }, probe)
  expect(await closeBreaker(state.db, breaker)).toBe(true)
  expect(await soon()).toEqual(main('b.1'))
})

test('what a probe puts off is due within seconds also where a person resumed the target while it ran', async () => {
  const breaker = { kind: 'target', name: 'main', reason: 'STORM_BRAKE: 30 of 30' } as const
  await putOff(['f.1'], storm)
  await openBreaker(state.db, { ...breaker, failures: 1 }, probe)
  await failProbe(state.db, breaker, probe)
  expect(await soon()).toEqual([])
  await closeBreaker(state.db, breaker)
  await putOff(['f.2'], storm)
  await failProbe(state.db, breaker, probe)
  expect(await soon()).toEqual(main('f.1', 'f.2'))
})

test('what a probe puts off while another closes the breaker, which it finds suspended still, is due within seconds', async () => {
  const breaker = { kind: 'target', name: 'main' } as const
  await openBreaker(state.db, { ...breaker, failures: 1, reason: 'STORM_BRAKE: 30 of 30' }, probe)
  const change: typeof state.db.change = async (sql, values) => {
    if (sql.includes('DELETE FROM slip_breaker')) await putOff(['g.1'], storm)
    return state.db.change(sql, values)
  }
  expect(await closeBreaker({ ...state.db, change }, breaker)).toBe(true)
  expect(await soon()).toEqual(main('g.1'))
})

test('what is not suspended hastens nothing', async () => {
  await putOff(['c.1'], storm)
  expect(await closeBreaker(state.db, { kind: 'target', name: 'main' })).toBe(false)
  expect(await soon()).toEqual([])
})

test('what was put off is hastened to the last row, batch by batch, each row to a moment of its own', async () => {
  const htids = Array.from({ length: 9 }, (_, n) => `d.${n}`)
  await putOff(htids, storm)
  await hasten(state.db, { target: 'main', shard: null, code: 'STORM_BRAKE' }, 2)
  expect(await soon()).toEqual(main(...htids))
  expect(await state.db.query('SELECT DISTINCT available_at FROM slip_queue')).toHaveLength(htids.length)
})

test('hold–hasten: a row that is being held is left to its hold', async () => {
  await putOff(['e.1', 'e.2'], storm)
  await race(
    state.db,
    (tx) => holdItems(tx, 'main', ['e.1']),
    () => hasten(other, { target: 'main', shard: null, code: 'STORM_BRAKE' }),
  )
  expect(await queueRow(state.db, 'e.1')).toMatchObject({ state: 3, hold: true, available_at: null })
  expect(await soon()).toEqual(main('e.2'))
})

test('delay–hasten: a row that fails by itself meanwhile keeps the back-off of that', async () => {
  await putOff(['g.1', 'g.2'], storm)
  await race(
    state.db,
    (tx) =>
      tx.change(`UPDATE slip_queue SET last_error = 'RECORD_MISSING: no record', available_at = ${later(tx, 7_200)}
                 WHERE target = 'main' AND htid = 'g.1'`),
    () => hasten(other, { target: 'main', shard: null, code: 'STORM_BRAKE' }),
  )
  expect(await soon()).toEqual(main('g.2'))
})
