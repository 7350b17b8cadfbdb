import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../../samples/random.ts'
import type { Daemon, Stage } from './daemons.ts'
import type { World } from './world.ts'

/** What a daemon logs when it has begun something. */
const begun: Readonly<Record<Stage, string>> = {
  rights: 'source.read',
  enqueue: 'enqueue.block',
  index: 'index.claimed',
}
const mostMs = 1_000
const longestBatchMs = 150

/** Resolves when the daemon has begun a piece of work, and some time later; says so. Or soon, when it has none. */
export async function inTheMiddle({ journal }: World, daemon: Daemon, random: Random): Promise<string> {
  const laterMs = random.whole(0, longestBatchMs)
  const event = await journal.next(daemon, begun[daemon.stage], AbortSignal.timeout(mostMs))
  if (event === null) return 'idle'
  await pause(laterMs)
  return `${laterMs} ms after ${event.event}`
}
