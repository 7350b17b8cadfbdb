import type { Settings } from '../config/schema.ts'
import { codeVersion } from '../config/version.ts'
import { hostName } from '../daemon/identity.ts'
import { documentSchemaVersion } from '../daemon/targets.ts'
import { defectStack } from '../errors/error-lines.ts'
import { SlipError } from '../errors/slip-error.ts'
import { storableText } from '../errors/storable-text.ts'
import type { Connection, Database } from '../state/connection.ts'
import type { Claim } from '../state/queue/claim.ts'
import { type Delay, delay } from '../state/queue/delay.ts'
import { closeClaim, endClaim, lockClaim, lockRows } from '../state/queue/exit.ts'
import { type Failure, fail } from '../state/queue/fail.ts'
import { handBack } from '../state/queue/hand-back.ts'
import { type Provenance, settle } from '../state/queue/settle.ts'
import { type Gone, settleWhole } from '../state/queue/settle-whole.ts'
import { type Suspect, suspect } from '../state/queue/suspect.ts'
import { wasSettled } from '../state/queue/was-settled.ts'
import type { ItemOutcome } from './outcome.ts'

type Failed = Extract<ItemOutcome, { kind: 'failed' }>

/** How the items of a settlement ended; together they are all of it. */
export interface Settlement {
  readonly indexed: number
  readonly deleted: number
  readonly errors: number
  readonly delayed: number
  readonly returned: number
  /** No longer ours: reaped meanwhile. */
  readonly fencedOut: number
  /** Those of the errors that are documents the engine refuses alone, where there are some. */
  readonly refused?: readonly string[]
}

export interface SettleContext {
  readonly worker: string
  readonly indexer: Settings['indexer']
  readonly configDigest: string
}

/** True when trying again may help and is still allowed; an environment fault is always tried again. */
export function isDelayed({ error, attempts, putOffMs }: Failed, attemptsAllowed: number): boolean {
  return putOffMs !== undefined || error.class === 'environment' || (!error.permanent && attempts < attemptsAllowed)
}

/**
 * Takes items out of their claim in a transaction of its own. Where all of a claim ended well at once, as most do, that
 * is one statement on PostgreSQL, and a transaction for what was changed since the claim. Run again after an answer was
 * lost, it tells what the run before has done.
 *
 * @param isAgain true when an earlier call for these outcomes failed
 */
export async function settleClaim(
  db: Database,
  claim: Claim,
  outcomes: readonly ItemOutcome[],
  context: SettleContext,
  isAgain = false,
): Promise<Settlement> {
  const done = outcomes.filter(isDone)
  const isWhole = done.length === outcomes.length && done.length === claim.items.length
  // of runs that may have been done, though nobody heard of it
  let unheard = isAgain ? 1 : 0
  let gone: Gone = { indexed: 0, deleted: 0 }
  if (db.dialect === 'postgres' && isWhole) {
    gone = await db.statement((one) => {
      unheard++
      return settleWhole(one, claim, done.map(settledOf), provenance(context))
    })
    unheard--
    if (gone.indexed + gone.deleted === done.length) return { ...none, ...gone }
  }
  return db.transaction(async (tx) => {
    const settlement = add(await settleOutcomes(tx, claim, outcomes, context), gone)
    const isNews = unheard === 0 || settlement.fencedOut === 0
    unheard++
    return isNews || !(await wasDone(tx, claim, outcomes)) ? settlement : plan(outcomes, context)
  })
}

const none: Settlement = { indexed: 0, deleted: 0, errors: 0, delayed: 0, returned: 0, fencedOut: 0 }

/** With what had left before, which is no longer ours. */
const add = (settlement: Settlement, { indexed, deleted }: Gone): Settlement => ({
  ...settlement,
  indexed: settlement.indexed + indexed,
  deleted: settlement.deleted + deleted,
  fencedOut: settlement.fencedOut - indexed - deleted,
})

function wasDone(one: Connection, claim: Claim, outcomes: readonly ItemOutcome[]): Promise<boolean> {
  const raised = outcomes.flatMap((each) => (each.kind === 'returned' && each.fence > claim.fence ? [each.fence] : []))
  return wasSettled(
    one,
    claim,
    outcomes.map(({ htid }) => htid),
    raised,
  )
}

/** How outcomes end when all are ours: a claim is lost whole or not at all. */
function plan(outcomes: readonly ItemOutcome[], { indexer }: SettleContext): Settlement {
  const counts = { ...none }
  for (const each of outcomes) {
    if (each.kind !== 'failed') counts[each.kind]++
    else if (isDelayed(each, indexer.attempts)) counts.delayed++
    else counts.errors++
  }
  return counts
}

type Done = Extract<ItemOutcome, { settled: unknown }>
const isDone = (outcome: ItemOutcome): outcome is Done => outcome.kind === 'indexed' || outcome.kind === 'deleted'
const settledOf = ({ settled }: Done) => settled

const countDone = (done: readonly Done[], ours: ReadonlySet<string>) => ({
  indexed: done.filter(({ kind, htid }) => kind === 'indexed' && ours.has(htid)).length,
  deleted: done.filter(({ kind, htid }) => kind === 'deleted' && ours.has(htid)).length,
})

const provenance = ({ configDigest }: SettleContext): Provenance => ({
  codeVersion,
  schemaVersion: documentSchemaVersion,
  configDigest,
  host: hostName,
})

/** Takes items out of their claim, all in the given transaction: the claim row first, then each exit in id order. */
export async function settleOutcomes(
  tx: Connection,
  claim: Claim,
  outcomes: readonly ItemOutcome[],
  context: SettleContext,
): Promise<Settlement> {
  const total = outcomes.length
  const counts = { indexed: 0, deleted: 0, errors: 0, delayed: 0, returned: 0 }
  if (!(await lockClaim(tx, claim))) return { ...counts, fencedOut: total }
  const done = outcomes.filter(isDone)
  const failed = outcomes.filter((each) => each.kind === 'failed')
  const later = failed.filter((each) => isDelayed(each, context.indexer.attempts) && !isSuspect(each))
  const suspects = failed.filter(isSuspect)
  const final = failed.filter((each) => !isDelayed(each, context.indexer.attempts))
  const back = outcomes.filter((each) => each.kind === 'returned')
  // one exit locks its rows itself
  if ([done, later, suspects, final, back].filter((exit) => exit.length > 0).length > 1) {
    const htids = outcomes.map(({ htid }) => htid)
    await lockRows(tx, [claim], htids)
  }
  if (done.length > 0) {
    Object.assign(counts, countDone(done, await settle(tx, claim, done.map(settledOf), provenance(context))))
  }
  if (later.length > 0)
    counts.delayed = (
      await delay(
        tx,
        claim,
        later.map((each) => delayOf(each, context.indexer)),
      )
    ).size
  if (final.length > 0) {
    counts.errors = (
      await fail(tx, claim, final.map(failureOf), { worker: context.worker, pid: process.pid, host: hostName })
    ).size
  }
  const { ours: suspected, refused } = await suspectAll(tx, claim, suspects, context)
  counts.errors += refused.size
  counts.delayed += suspected.size - refused.size
  if (back.length > 0) counts.returned = (await handBack(tx, claim, back)).size
  if (total === claim.items.length) await endClaim(tx, claim)
  else await closeClaim(tx, claim)
  const ours = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return { ...counts, fencedOut: total - ours, ...(refused.size > 0 ? { refused: [...refused] } : {}) }
}

const isSuspect = ({ unanswered }: Failed) => unanswered !== undefined

async function suspectAll(tx: Connection, claim: Claim, suspects: readonly Failed[], context: SettleContext) {
  if (suspects.length === 0) return { ours: new Set<string>(), refused: new Set<string>() }
  const by = { worker: context.worker, pid: process.pid, host: hostName }
  return suspect(
    tx,
    claim,
    suspects.map((each) => suspectOf(each, context.indexer)),
    by,
  )
}

function suspectOf(failed: Failed, indexer: Settings['indexer']): Suspect {
  const { htid, baseMs, message: lastError } = delayOf(failed, indexer)
  const { message, detail } = failureOf({ ...failed, error: refusesAlone(failed) })
  return { htid, baseMs, lastError, message, detail, alone: failed.unanswered === 'alone' }
}

/** What it is in the end, if it is the document that the engine breaks over. */
export const refusesAlone = ({ error: { message, place } }: Failed): SlipError =>
  new SlipError('ENGINE_REFUSES_ALONE', `the engine broke over the document alone; last: ${message}`, { place })

function delayOf(
  { htid, error, unproven, putOffMs, retryAfterMs = 0 }: Failed,
  { backoff, environmentBackoff }: Settings['indexer'],
): Delay {
  const isPutOff = putOffMs !== undefined
  const environment = isPutOff || error.class === 'environment'
  return {
    htid,
    environment,
    unproven,
    // half of it at least
    baseMs: putOffMs ?? (environment ? Math.max(environmentBackoff, retryAfterMs * 2) : backoff),
    // the code of the breaker comes first: by it the row is found when the storm is over
    message: storableText(`${isPutOff ? 'STORM_BRAKE: ' : ''}${error.code}: ${error.message}`),
  }
}

function failureOf({ htid, error }: Failed): Failure {
  const stack = error.class === 'internal' ? { stack: defectStack(error) } : {}
  const detail = JSON.stringify({ place: error.place, advice: error.advice, ...stack })
  return {
    htid,
    code: error.code,
    class: error.class === 'internal' ? 'internal' : 'item',
    message: storableText(error.message),
    detail,
  }
}
