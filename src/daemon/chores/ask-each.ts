import { asSlipError, type SlipError } from '../../errors/slip-error.ts'
import type { EventBus } from '../../events/bus.ts'

interface Asked<Shard, Answer> {
  readonly answers: readonly (readonly [shard: Shard, answer: Answer])[]
  /** What those said that did not answer. */
  readonly away: ReadonlyMap<number, SlipError>
}

/** Asks of each shard; one that is away keeps no other from it. Throws where none answers. */
export async function askEach<Shard extends { readonly shard: number }, Answer>(
  shards: readonly Shard[],
  ask: (shard: Shard) => Promise<Answer>,
): Promise<Asked<Shard, Answer>> {
  const answers: (readonly [Shard, Answer])[] = []
  const away = new Map<number, SlipError>()
  for (const [at, each] of (await Promise.allSettled(shards.map(ask))).entries()) {
    const shard = shards[at] as Shard
    if (each.status === 'fulfilled') answers.push([shard, each.value])
    else away.set(shard.shard, asSlipError(each.reason))
  }
  const [first] = away.values()
  if (first !== undefined && answers.length === 0) throw first
  return { answers, away }
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
