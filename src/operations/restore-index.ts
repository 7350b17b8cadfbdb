import { asSlipError, SlipError } from '../errors/slip-error.ts'
import type { Engine } from '../shards/engine.ts'
import type { Database } from '../state/connection.ts'
import { holdDuty } from '../state/control/duty.ts'
import { endHeld, holdPaused } from '../state/control/held-pause.ts'
import type { Pause } from '../state/control/pause.ts'
import { shardStates } from '../state/restore/shard-state.ts'
import { type RestoredShard, recordRestored } from './restored.ts'
import { whileHeld } from './while-held.ts'

/** What is set back, and in which tables that is written down. */
export interface RestorePlace {
  readonly db: Database
  readonly engine: Engine
  readonly target: string
  readonly shards: number
}

export interface RestoreOptions {
  /** Of the snapshot. */
  readonly name: string
  /** The person who calls. */
  readonly by: string
  /** Called once the target is paused: waits until nothing of it is claimed; false = somebody resumed it. */
  readonly drained: () => Promise<boolean>
  /** Called with how many shards are set back and recorded. */
  readonly onShard: (done: number) => void
}

export interface RestoredIndex {
  /** By number. */
  readonly shards: readonly RestoredShard[]
  /** The pause of a person, as it was before and is again; null = there was none. */
  readonly pause: Pause | null
}

/**
 * Sets the shards of a target back to a snapshot, with the target paused: an index that is being set back takes nothing, or
 * loses it again. Each shard is recorded as soon as it is set back, so that one that is broken off has told what it
 * did. Null: the target was resumed before it was drained, and nothing was done. Throws LOCKED while another does the same;
 * where it throws after that the pause stays, for nobody knows what the shards hold.
 */
export async function restoreIndex(place: RestorePlace, options: RestoreOptions): Promise<RestoredIndex | null> {
  const { db, target } = place
  const duty = {
    name: `restore:${target}`,
    refusal: `target ${target} is being set back by another slipctl, or was within the last minute`,
  }
  return whileHeld(db, duty, async (token) => {
    const scope = { kind: 'target', name: target } as const
    const own = { command: 'index restore', by: options.by, reason: `restore of snapshot ${options.name}` }
    const pause = await db.transaction((tx) => holdPaused(tx, scope, own))
    if (!(await options.drained())) return null
    const shards = await restoreShards(place, options)
    const isOurs = await db.transaction(async (tx) => {
      if (!(await holdDuty(tx, duty.name, token))) return false
      await endHeld(tx, scope, own, pause)
      return true
    })
    if (!isOurs) throw new SlipError('LOCKED', `another slipctl sets target ${target} back now, for this one slept`)
    return { shards, pause }
  })
}

async function restoreShards(place: RestorePlace, { name, onShard }: RestoreOptions): Promise<RestoredShard[]> {
  const { db, engine, shards, target } = place
  const before = new Map((await shardStates(db, target)).map(({ shard, durableAt }) => [shard, durableAt]))
  const done: RestoredShard[] = []
  await engine.restore(name, shards, async (shard) => {
    try {
      done.push(await recordRestored(place, { shard, name, durableAt: before.get(shard) ?? null }))
    } catch (thrown) {
      const { code, message } = asSlipError(thrown)
      const told = `shard ${target}/${shard} was set back, and it could not be recorded: ${message}`
      throw new SlipError(code, told, { place: { target, shard }, cause: thrown })
    }
    onShard(done.length)
  })
  return done.sort((a, b) => a.shard - b.shard)
}
