import { expect, onTestFinished, test } from 'vitest'
import { retainErrorsChore } from '../../src/daemon/chores/retain-errors.ts'
import { later, openState } from '../state/fixture.ts'

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
