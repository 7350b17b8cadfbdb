import { expect, onTestFinished, test } from 'vitest'
import { retainChores } from '../../src/daemon/chores/retain.ts'
import { retainErrorsChore } from '../../src/daemon/chores/retain-errors.ts'
import { openBreaker } from '../../src/state/control/breaker.ts'
import { later, openState, worker } from '../state/fixture.ts'

test('the daemons delete errors older than retention.errors page by page, and begin anew at the end', async () => {
  const state = await openState()
  onTestFinished(() => state.close())
  const { db } = state
  const add = (names: readonly string[], hours: number) =>
    db.query(
      `INSERT INTO slip_errors (target, htid, rev, stage, code, class, message, error_time, resolved_at, resolution)
       VALUES ${names.map((name) => `('main', '${name}', 1, 'index', 'METS_MISSING', 'item', 'gone', ${later(db, 0)}, ${later(db, -hours * 3_600)}, 'fixed')`)}`,
    )
  const chore = retainErrorsChore({ errors: 2 * 3_600_000 } as Parameters<typeof retainErrorsChore>[0])
  const run = () => ('work' in chore ? db.transaction(chore.work) : Promise.reject(new Error('it asks no server')))
  const page = Array.from({ length: 2_000 }, (_, n) => `r.${n}`)
  await add(page, 1)
  await add(['r.old'], 3)
  expect([await run(), await run()]).toEqual([0, 1])
  await db.query(`UPDATE slip_errors SET resolved_at = ${later(db, -3 * 3_600)}`)
  expect(await run()).toBe(page.length)
})

test('the daemons delete expired workers and what nobody tries any more after retention.workers', async () => {
  const state = await openState()
  onTestFinished(() => state.close())
  const { db } = state
  const hour = 3_600_000
  for (const hours of [1, 3]) {
    await worker(db, `host-${hours}`)
    await db.query(`UPDATE slip_worker SET expired_at = ${later(db, -hours * 3_600)} WHERE host = 'host-${hours}'`)
    await openBreaker(db, { kind: 'mount', name: `host-${hours}:/`, failures: 3, reason: 'away' }, -hours * hour)
  }
  const keptMs = { samples: hour, watermarks: hour, workers: 2 * hour, dailyStats: hour, errors: hour }
  for (const chore of retainChores(keptMs)) if ('work' in chore) await db.transaction(chore.work)
  expect(await db.query('SELECT host FROM slip_worker')).toEqual([{ host: 'host-1' }])
  expect(await db.query('SELECT name FROM slip_breaker')).toEqual([{ name: 'host-1:/' }])
})
