import type { Settings } from '../config/schema.ts'
import { codeVersion } from '../config/version.ts'
import { hostName } from '../daemon/identity.ts'
import { documentSchemaVersion } from '../daemon/targets.ts'
import type { Connection } from '../state/connection.ts'
import type { Claim } from '../state/queue/claim.ts'
import { type Delay, delay } from '../state/queue/delay.ts'
import { closeClaim, lockClaim, lockRows } from '../state/queue/exit.ts'
import { type Failure, fail } from '../state/queue/fail.ts'
import { handBack } from '../state/queue/hand-back.ts'
import { settle } from '../state/queue/settle.ts'
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
  await lockRows(
    tx,
    [claim],
    outcomes.map(({ htid }) => htid),
  )
  const done = outcomes.filter((each) => each.kind === 'indexed' || each.kind === 'deleted')
  if (done.length > 0) {
    const by = { codeVersion, schemaVersion: documentSchemaVersion, configDigest: context.configDigest, host: hostName }
    const ours = await settle(
      tx,
      claim,
      done.map((each) => each.settled),
      by,
    )
    for (const each of done) if (ours.has(each.htid)) counts[each.kind]++
  }
  const failed = outcomes.filter((each) => each.kind === 'failed')
  const later = failed.filter((each) => isDelayed(each, context.indexer.attempts))
  if (later.length > 0)
    counts.delayed = (
      await delay(
        tx,
        claim,
        later.map((each) => delayOf(each, context.indexer)),
      )
    ).size
  const final = failed.filter((each) => !isDelayed(each, context.indexer.attempts))
  if (final.length > 0) {
    counts.errors = (
      await fail(tx, claim, final.map(failureOf), { worker: context.worker, pid: process.pid, host: hostName })
    ).size
  }
  const back = outcomes.filter((each) => each.kind === 'returned')
  if (back.length > 0) counts.returned = (await handBack(tx, claim, back)).size
  await closeClaim(tx, claim)
  const ours = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return { ...counts, fencedOut: total - ours }
}

function delayOf(
  { htid, error, unproven, putOffMs }: Failed,
  { backoff, environmentBackoff }: Settings['indexer'],
): Delay {
  const environment = putOffMs !== undefined || error.class === 'environment'
  return {
    htid,
    environment,
    unproven,
    baseMs: putOffMs ?? (environment ? environmentBackoff : backoff),
    message: storable(`${error.code}: ${error.message}`),
  }
}

function failureOf({ htid, error }: Failed): Failure {
  const stack = error.class === 'internal' ? { stack: ((error.cause as Error | undefined) ?? error).stack } : {}
  const detail = JSON.stringify({ place: error.place, advice: error.advice, ...stack })
  return {
    htid,
    code: error.code,
    class: error.class === 'internal' ? 'internal' : 'item',
    message: storable(error.message),
    detail,
  }
}

/** A message may quote what was found in a file; no database text holds a NUL. */
const storable = (text: string): string => text.replaceAll('\0', '\ufffd')
