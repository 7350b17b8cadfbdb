import { recheckChore } from '../../../src/daemon/chores/recheck.ts'
import { EventBus } from '../../../src/events/bus.ts'
import { doChore } from '../do-chore.ts'
import { later } from '../fixture.ts'
import { type At, byTarget } from './step.ts'
import { listOf, type TargetName, type World } from './world.ts'

/**
 * Asks the engine about these as if their time had come. The third question is left to the end: a process that still
 * posts after that has slept for longer than a day.
 */
export const recheck = (world: World, at: readonly At[]) =>
  byTarget(at, (target, _, htids) => recheckDue(world, target, `asked < 2 AND htid IN (${listOf(htids)})`))

export async function recheckDue(world: World, target: TargetName, which: string): Promise<number> {
  const { db } = world
  await db.query(`UPDATE slip_recheck SET due_at = ${later(db, -1)} WHERE target = '${target}' AND ${which}`)
  return doChore(db, recheckChore(world.place(target), new EventBus()))
}
