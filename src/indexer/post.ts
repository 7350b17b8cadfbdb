import { SlipError } from '../errors/slip-error.ts'
import type { Engine, Outcome, Removal } from '../shards/engine.ts'
import type { ClaimedItem } from '../state/queue/claim.ts'
import type { Indexed } from '../state/queue/settle.ts'
import type { AssembledDocument } from './assemble/assemble.ts'
import type { ItemOutcome } from './outcome.ts'

/** What one claim sends to its engine together. */
export interface Parcel {
  readonly documents: { readonly item: ClaimedItem; readonly document: AssembledDocument }[]
  readonly removals: { readonly item: ClaimedItem; readonly removal: Removal }[]
}

export const idsOf = ({ documents, removals }: Parcel): string[] =>
  [...documents, ...removals].map(({ item }) => item.htid)

/** Whose engine it is for: all of a claim that have a shard have the same; 0 = none. */
export const shardOf = ({ documents, removals }: Parcel): number =>
  Math.max(0, ...[...documents, ...removals].map(({ item }) => item.shard))

/**
 * Sends a parcel, shard by shard, and says how each item leaves its claim. `tooLarge` is told when it was refused for its
 * size, and its documents went by themselves.
 */
export async function post(
  engine: Engine,
  { documents, removals }: Parcel,
  tooLarge?: () => void,
): Promise<ItemOutcome[]> {
  const outcomes: ItemOutcome[] = []
  for (const [shard, group] of Map.groupBy(documents, ({ item }) => item.shard)) {
    const answers = await engine.post(
      shard,
      group.map(({ document }) => document),
      tooLarge,
    )
    outcomes.push(
      ...group.map(({ item, document }, index) => outcomeOf(item, 'indexed', indexedOf(document), answers[index])),
    )
  }
  for (const [shard, group] of Map.groupBy(removals, ({ item }) => item.shard)) {
    // neither ledger nor queue knows a shard: no engine was ever sent the item
    const answers =
      shard === 0
        ? []
        : await engine.remove(
            shard,
            group.map(({ removal }) => removal),
          )
    const none: Outcome = { kind: 'done' }
    outcomes.push(
      ...group.map(({ item }, index) =>
        outcomeOf(item, 'deleted', absent(item.htid), shard === 0 ? none : answers[index]),
      ),
    )
  }
  return outcomes
}

function outcomeOf(
  item: ClaimedItem,
  kind: 'indexed' | 'deleted',
  settled: Indexed,
  answer: Outcome | undefined,
): ItemOutcome {
  const { htid, attempts } = item
  if (answer?.kind === 'done') return { kind, htid, settled }
  if (answer?.kind === 'stale') return { kind: 'returned', htid, fence: answer.fence }
  if (answer?.kind === 'tooLarge') return tooLarge(item, settled.bytes ?? 0, answer.most)
  const place = { htid, shard: item.shard }
  if (answer?.kind === 'rejected') {
    return {
      kind: 'failed',
      htid,
      attempts,
      unproven: false,
      error: new SlipError('DOCUMENT_REJECTED', answer.message, { place }),
    }
  }
  const message = answer?.message ?? 'the engine gave no answer for the item'
  return {
    kind: 'failed',
    htid,
    attempts,
    unproven: true,
    retryAfterMs: answer?.retryAfterMs,
    // a removal has nothing that an engine could break over
    unanswered: kind === 'indexed' && answer?.unanswered === true ? 'together' : undefined,
    error: new SlipError('ENGINE_UNAVAILABLE', message, { place }),
  }
}

/** How a document leaves its claim that its target does not take for its size. */
export function tooLarge({ htid, shard, attempts }: ClaimedItem, bytes: number, most: number): ItemOutcome {
  const message = `the document has ${bytes} bytes, and its target takes ${most} at most`
  const error = new SlipError('DOCUMENT_TOO_LARGE', message, { place: { htid, shard } })
  return { kind: 'failed', htid, attempts, unproven: false, error }
}

const indexedOf = ({ id, digest, bytes, counts, made }: AssembledDocument): Indexed => ({
  htid: id,
  digest,
  pages: counts.expected,
  readPages: counts.read,
  emptyPages: counts.empty,
  invalidBytes: counts.invalidBytes,
  bytes,
  inputs: made.inputs,
})

const absent = (htid: string): Indexed => ({
  htid,
  digest: null,
  pages: null,
  readPages: null,
  emptyPages: null,
  invalidBytes: null,
  bytes: null,
  inputs: null,
})
