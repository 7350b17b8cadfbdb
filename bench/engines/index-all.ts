import { performance } from 'node:perf_hooks'
import { readProgress } from '../../src/state/audit/progress.ts'
import type { Database } from '../../src/state/connection.ts'
import { type Ended, run } from '../library/process.ts'
import { withFullQueue } from './full-queue.ts'
import type { Legs } from './legs.ts'
import type { Taken } from './rate.ts'
import { type TestedEngine, targetNames } from './tested-engine.ts'

let made = 0

/**
 * An empty index for each of so many targets, and slip-index from full queues to empty ones: so many processes beside each
 * other, each a Node with such options. `seconds`: until the last has ended; their processor time together, their logs one
 * after the other.
 */
export async function indexAll(
  tested: TestedEngine,
  { files }: Legs,
  {
    count = 1,
    processes = 1,
    node = [],
  }: { readonly count?: 1 | 2; readonly processes?: number; readonly node?: readonly string[] } = {},
): Promise<Pick<Ended, 'log' | 'cpu'> & { readonly seconds: number }> {
  const names = targetNames.slice(0, count)
  const indexes = names.map(() => `ours_${++made}`)
  const targets = Object.fromEntries(names.map((name, at) => [name, tested.targetOf(indexes[at] as string)]))
  try {
    return await withFullQueue(targets, { ...files, log: { level: 'debug' } }, async ({ configFile, db }) => {
      const startedAt = performance.now()
      const one = () => run(...node, 'bin/slip-index.cjs', '--config', configFile, '--once')
      const ended = await Promise.all(Array.from({ length: processes }, one))
      const log = ended.map((each) => each.log).join('')
      const seconds = (performance.now() - startedAt) / 1000
      for (const target of Object.keys(targets)) {
        const { items, indexed } = await readProgress(db, target)
        if (indexed !== items)
          throw new Error(`${indexed} of ${items} items of ${target} are indexed: ${await whyNot(db, log)}`)
      }
      return { log, cpu: ended.reduce((sum, { cpu }) => sum + cpu, 0), seconds }
    })
  } finally {
    for (const index of indexes) await tested.drop(index)
  }
}

/** What the tables know of those that are left, and what the log tells beside batches. */
async function whyNot(db: Database, log: string): Promise<string> {
  const left = await db.query('SELECT * FROM slip_queue')
  const errors = await db.query('SELECT * FROM slip_errors')
  const told = log.split('\n').filter((line) => !/"index\.(batch|claimed|posted)"/.test(line))
  return [JSON.stringify({ left, errors }), ...told].join('\n')
}

/** When slip-index, as it says in its log, sent a parcel, and had the answer. */
export function takenOf(log: string): Taken[] {
  const events = log
    .split('\n')
    .filter((line) => line.includes('"index.posted"'))
    .map((line) => JSON.parse(line) as { time: string; bytes: number; milliseconds: number })
  return events.map(({ time, bytes, milliseconds }) => {
    const at = Date.parse(time)
    return { from: at - milliseconds, at, bytes }
  })
}
