import type { TargetSettings } from '../../config/schema.ts'
import type { EventBus } from '../../events/bus.ts'
import type { ShardSize } from '../../shards/engine.ts'
import { setFull, setRoomy } from '../../state/control/full-shard.ts'
import { listShards, type Shard } from '../../state/control/target.ts'
import type { Pair } from '../restore/differences.ts'
import { askEach, tellAway } from './ask-each.ts'
import type { Chore } from './chore.ts'

/** What an index takes before a shard of it is full: most documents, most bytes, least bytes free on its disk. */
export type Limits = TargetSettings['full'] & { readonly diskFree?: number | undefined }

/** How far below a limit a full shard must be to be open again: else it would be both in turn while segments are merged. */
const margin = 0.1

interface Change {
  readonly shard: number
  /** Why it is full; null = it has room again. */
  readonly full: string | null
}

/**
 * Every minute: shards that reached a limit are closed for the draw, full ones that have room again take part in it, as all do
 * once there is no limit any more.
 */
export function fullChore({ db, engine, target }: Pair, limits: Limits, bus: EventBus): Chore {
  const { name } = target
  const chore = `full:${name}`
  const looked = Object.values(limits).some((limit) => limit !== undefined) ? ['open', 'full'] : ['full']
  return {
    name: chore,
    periodMs: 60_000,
    look: async () => {
      const shards = (await listShards(db, name)).filter(({ state }) => looked.includes(state))
      const { answers, away } = await askEach(shards, ({ shard }) => engine.size(shard))
      tellAway(bus, { chore, target: name }, away)
      const changes = answers.flatMap(([shard, size]) => changeOf(shard, size, limits, name))
      if (changes.length === 0) return null
      return async (tx) => {
        let changed = 0
        for (const { shard, full } of changes) {
          const place = { target: name, shard }
          if (!(full === null ? await setRoomy(tx, place) : await setFull(tx, place, full))) continue
          changed += 1
          if (full === null) bus.emit('shard.roomy', place)
          else bus.emit('shard.full', { ...place, reason: full })
        }
        return changed
      }
    },
  }
}

/** Why a shard is to be full, null = it is to be open; nothing where it is already, or is between the two. */
function changeOf({ shard, state }: Shard, size: ShardSize, limits: Limits, target: string): Change[] {
  if (state === 'full') return isRoomy(size, limits) ? [{ shard, full: null }] : []
  const reached = limitReached(size, limits)
  if (reached === null) return []
  return [{ shard, full: `${reached} ${size[reached]}, targets.${target}.full.${reached} is ${limits[reached]}` }]
}

/** The limit that a shard reached; null = none. What an engine does not tell reaches none. */
export function limitReached({ documents, bytes, diskFree }: ShardSize, limits: Limits): keyof Limits | null {
  if (limits.documents !== undefined && documents >= limits.documents) return 'documents'
  if (limits.bytes !== undefined && bytes !== null && bytes >= limits.bytes) return 'bytes'
  if (limits.diskFree !== undefined && diskFree !== null && diskFree <= limits.diskFree) return 'diskFree'
  return null
}

/** Below every limit by the margin. */
export function isRoomy(size: ShardSize, { documents, bytes, diskFree }: Limits): boolean {
  const least = (limit: number | undefined) => (limit === undefined ? undefined : Math.floor(limit * (1 - margin)) + 1)
  const free = diskFree === undefined ? undefined : Math.ceil(diskFree * (1 + margin)) - 1
  return limitReached(size, { documents: least(documents), bytes: least(bytes), diskFree: free }) === null
}
