import type { SlipError } from '../../errors/slip-error.ts'
import type { EventBus } from '../../events/bus.ts'

/**
 * Asks of each shard, and resolves with what was answered; one that is away keeps no other from it. Throws where none
 * answers.
 */
export async function askEach<Shard, Answer>(
  shards: readonly Shard[],
  ask: (shard: Shard) => Promise<Answer>,
): Promise<(readonly [shard: Shard, answer: Answer])[]> {
  const asked = await Promise.allSettled(shards.map(ask))
  const failed = asked.find((each) => each.status === 'rejected')
  if (failed !== undefined && asked.every(({ status }) => status === 'rejected')) throw failed.reason
  return shards.flatMap((shard, at) => {
    const each = asked[at]
    return each?.status === 'fulfilled' ? [[shard, each.value] as const] : []
  })
}

/** Says of each shard that did not answer a chore what it said; the chore goes on without it. */
export function tellAway(
  bus: EventBus,
  { chore, target }: { readonly chore: string; readonly target: string },
  away: ReadonlyMap<number, SlipError>,
): void {
  for (const [shard, { code, message, place }] of away)
    bus.emit('chore.failed', { chore, code, message, place: { ...place, target, shard } })
}
