import { setTimeout as pause } from 'node:timers/promises'
import { type ChangedFrom, changedItems } from '../state/audit/changed-items.ts'
import { listWorkers } from '../state/audit/workers.ts'
import type { Database } from '../state/connection.ts'
import { note } from './print.ts'
import { ProgressBar } from './progress.ts'
import { chosenTargets } from './targets.ts'

const everyMs = 500
const pageSize = 1_000

export interface Settled {
  /** Items of all targets whose change is in the index, or out of it. */
  readonly settled: number
  readonly inError: number
  /** `timeout`, `stopped`: some are not yet. */
  readonly end: 'settled' | 'timeout' | 'stopped'
}

/** The time in which what is to be waited for was changed. */
export interface Span {
  readonly since: string
  readonly until: string
}

/**
 * Waits until every target is done with the items that changed in a span of time: settled, or in error. What changes once
 * more meanwhile is no more waited for. They are passed in the order of their change, so each is looked at once or twice,
 * and none is kept.
 */
export async function untilSettled(
  db: Database,
  { since, until }: Span,
  stop: AbortSignal,
  timeoutMs = Number.POSITIVE_INFINITY,
): Promise<Settled> {
  await tellMissingDaemons(db)
  const endAt = performance.now() + timeoutMs
  const bar = new ProgressBar(process.stderr)
  let [settled, inError] = [0, 0]
  try {
    for (const target of await chosenTargets(db, undefined)) {
      for (let from: ChangedFrom = { time: since, htid: '' }; ; ) {
        const page = await changedItems(db, target, from, until, pageSize)
        const firstOpen = page.findIndex(({ outcome }) => outcome === 'open')
        const passed = firstOpen === -1 ? page : page.slice(0, firstOpen)
        inError += passed.filter(({ outcome }) => outcome === 'error').length
        settled += passed.filter(({ outcome }) => outcome === 'settled').length
        const last = passed.at(-1)
        if (last !== undefined) from = { time: last.insertTime, htid: last.htid }
        if (firstOpen === -1 && page.length < pageSize) break
        if (firstOpen === -1) continue
        bar.show(settled + inError, settled + inError + page.length - passed.length, `${target}: settled or in error`)
        if (stop.aborted) return { settled, inError, end: 'stopped' }
        if (performance.now() >= endAt) return { settled, inError, end: 'timeout' }
        await pause(everyMs)
      }
    }
    return { settled, inError, end: 'settled' }
  } finally {
    bar.clear()
  }
}

/** They may be about to be started: that nobody works is no reason not to wait. */
async function tellMissingDaemons(db: Database): Promise<void> {
  const alive = new Set((await listWorkers(db)).filter(({ state }) => state === 'alive').map(({ stage }) => stage))
  for (const stage of ['enqueue', 'index']) if (!alive.has(stage)) note(`no slip-${stage} runs: waiting for one`)
}
