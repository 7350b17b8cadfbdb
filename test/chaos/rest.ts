import { setTimeout as pause } from 'node:timers/promises'
import { changedFiles } from '../../src/rights/changed-files.ts'
import { isCarriedOver, readProgress } from '../../src/state/audit/progress.ts'
import { verifyTarget } from '../../src/state/audit/verify.ts'
import { runSlipctl } from './requests.ts'
import { target, type World } from './world.ts'

const pollMs = 250
const limitMs = 240_000
const tellEveryMs = 20_000

/**
 * Waits until all that changed is read, followed and out of the queue, with every claim gone; as an operator would, it
 * retries what lost its process four times. Throws with what is left after four minutes.
 */
export async function untilAtRest(world: World): Promise<void> {
  const giveUpAt = performance.now() + limitMs
  let tellAt = performance.now() + tellEveryMs
  for (;;) {
    world.requests.add(world.library.flush().requests)
    await world.requests.done()
    const left = await whatIsLeft(world).catch((error: Error) => error.message)
    if (left === null) {
      if (!(await retryLost(world))) return
    } else if (performance.now() > giveUpAt) throw new Error(`not at rest after ${limitMs / 1000} s: ${left}`)
    else if (performance.now() > tellAt) {
      world.tell(`not yet at rest: ${left}`)
      tellAt += tellEveryMs
    }
    await pause(pollMs)
  }
}

/** What keeps it from rest; null = nothing. */
async function whatIsLeft({ state: { db }, config, library }: World): Promise<string | null> {
  if (!library.isWritten) return 'files to write'
  for (const [name, source] of Object.entries(config.sources)) {
    if (!('files' in source)) continue
    const files = await changedFiles(db, name, source.files, config.baseDir)
    if (files.length > 0) return `${files.length} files of ${name} to read`
  }
  if (!(await isCarriedOver(db))) return 'records to carry over'
  // before the queue: what slip-enqueue takes up between the two questions is queued, no longer missed
  const missed = await verifyTarget(db, target, '', 10)
  if (missed.length > 0) return `to follow: ${JSON.stringify(missed)}`
  const { ready, claimed, delayed } = await readProgress(db, target)
  const queued = await db.query('SELECT * FROM slip_queue ORDER BY htid')
  if (queued.length > 0)
    return `${ready} ready, ${claimed} claimed, ${delayed} delayed: ${JSON.stringify(queued.slice(0, 20))}`
  const claims = await db.query('SELECT * FROM slip_claim')
  if (claims.length > 0) return `claims: ${JSON.stringify(claims)}`
  const due = await db.query('SELECT * FROM slip_recheck WHERE due_at <= CURRENT_TIMESTAMP(6)')
  return due.length > 0 ? `to ask the index again: ${JSON.stringify(due)}` : null
}

/** True when there was something to retry. */
async function retryLost({ state: { db }, configFile, journal }: World): Promise<boolean> {
  const lost = await db.query(`SELECT 1 FROM slip_errors WHERE code = 'LEASE_LOST' AND resolved_at IS NULL`)
  if (lost.length === 0) return false
  const { code, output } = await runSlipctl(configFile, ['errors', 'retry', '--code', 'LEASE_LOST'])
  if (code !== 0) journal.defect(`slipctl errors retry ended with exit code ${code}: ${output}`)
  return true
}
