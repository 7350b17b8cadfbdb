import type { Engine } from '../shards/engine.ts'
import type { ItemOutcome } from './outcome.ts'
import { type Parcel, post } from './post.ts'

type Failed = Extract<ItemOutcome, { kind: 'failed' }>
/** A request with it broke, without an answer. */
type Unanswered = Failed & { readonly unanswered: NonNullable<Failed['unanswered']> }
const isUnanswered = (outcome: ItemOutcome | undefined): outcome is Unanswered =>
  outcome?.kind === 'failed' && outcome.unanswered !== undefined

export interface SuspectsOptions {
  readonly engine: Engine
  /** Asked before each request. */
  readonly mayGoOn: () => boolean
  /** Told of each answer. */
  readonly hear: (outcome: ItemOutcome) => void
}

/**
 * Sends each document of a parcel whose request broke again, by itself: whoever breaks that too is known, and what was
 * with it is done. Ends with the first that could not be sent, or that the server asks to wait with: it and those behind
 * it have had no trial, and stay as they are.
 *
 * @param outcomes of the parcel; answered in the same order
 */
export async function postSuspects(
  { engine, mayGoOn, hear }: SuspectsOptions,
  { documents }: Parcel,
  outcomes: readonly ItemOutcome[],
): Promise<ItemOutcome[]> {
  const last = new Map(outcomes.map((outcome) => [outcome.htid, outcome]))
  for (const one of documents) {
    const first = last.get(one.item.htid)
    if (!isUnanswered(first)) continue
    if (!mayGoOn()) break
    const [again] = (await post(engine, { documents: [one], removals: [] })) as [ItemOutcome]
    hear(again)
    const isUntried = again.kind === 'failed' && again.error.code === 'ENGINE_UNAVAILABLE' && !isUnanswered(again)
    last.set(one.item.htid, isUntried ? { ...again, unanswered: 'together' } : alone(again))
    if (isUntried) break
  }
  return outcomes.map(({ htid }) => last.get(htid) as ItemOutcome)
}

/** The outcome of a request of one document. */
export const alone = (outcome: ItemOutcome): ItemOutcome =>
  isUnanswered(outcome) ? { ...outcome, unanswered: 'alone' } : outcome
