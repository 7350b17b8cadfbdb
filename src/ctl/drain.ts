import { setTimeout as pause } from 'node:timers/promises'
import { databaseClock } from '../state/clock.ts'
import type { Database } from '../state/connection.ts'
import { type DrainState, drainOnce, isDrained } from '../state/control/drain.ts'
import { readPauses, type Scope } from '../state/control/pause.ts'
import { ProgressBar } from './progress.ts'
import { plural } from './units.ts'

const everyMs = 200

export interface Drained {
  /** `resumed`: the pause ended meanwhile, by a person or by its time. */
  readonly end: 'drained' | 'timeout' | 'resumed'
  /** As last seen. */
  readonly left: DrainState
}

/** Waits until a pause that is committed is obeyed by everybody and nothing in its scope is claimed; shows what is left. */
export async function drain(db: Database, scope: Scope, timeoutMs: number | undefined): Promise<Drained> {
  const since = await databaseClock(db)
  const until = performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY)
  const bar = new ProgressBar(process.stderr)
  let most = 0
  for (;;) {
    const left = await drainOnce(db, scope, since)
    const open = left.workers.length + left.claims
    most = Math.max(most, open)
    bar.show(most - open, most, waitingFor(left))
    const end = isDrained(left) ? 'drained' : await isOver(db, scope, until)
    if (end !== null) {
      bar.clear()
      return { end, left }
    }
    await pause(everyMs)
  }
}

async function isOver(db: Database, scope: Scope, until: number): Promise<'timeout' | 'resumed' | null> {
  const inForce = (await readPauses(db)).some(({ kind, name }) => kind === scope.kind && name === scope.name)
  if (!inForce) return 'resumed'
  return performance.now() >= until ? 'timeout' : null
}

/** What a drain still waits for, in words. */
export function waitingFor({ workers, claims, items }: DrainState): string {
  const named = workers.slice(0, 3).map(({ stage, host, pid }) => `${stage} ${host} ${pid}`)
  const more = workers.length > named.length ? ', …' : ''
  const parts = [
    workers.length === 0 ? '' : `${plural(workers.length, 'worker')} to read the pause (${named.join(', ')}${more})`,
    claims === 0 ? '' : `${plural(claims, 'claim')} with ${plural(items, 'item')}`,
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'nothing left' : `waiting for ${parts.join(' and ')}`
}
