import { compareChore } from '../../../src/daemon/chores/compare.ts'
import { markerChore } from '../../../src/daemon/chores/marker.ts'
import { EventBus } from '../../../src/events/bus.ts'
import { adopt } from '../../../src/operations/adopt.ts'
import { repair, setbacks } from '../../../src/operations/repair.ts'
import { shardStates } from '../../../src/state/restore/shard-state.ts'
import { doChore } from '../do-chore.ts'
import { backUp } from '../restore-world/copy.ts'
import { readSources } from './requests.ts'
import { chance, oneOf } from './step.ts'
import { work } from './work.ts'
import { targets, type World } from './world.ts'

/** How far the clock is set back. */
const secondsBack = (pick: number): number => oneOf(pick, [1, 30, 600]) as number

/** What befalls all items at once. */
type Act = (world: World, pick: number) => Promise<void>

const acts = {
  /**
   * The database's clock is set back. Seen from now on, all that was stamped before was stamped by a clock that much
   * ahead: fences here and in the engines, leases, back-offs. So that is what is written.
   */
  clockBack: async (world, pick) => {
    const seconds = secondsBack(pick)
    const [micros, time] = [seconds * 1_000_000, `INTERVAL '${seconds}' SECOND`]
    const statements = [
      `UPDATE slip_queue SET fence = CASE WHEN fence > 0 THEN fence + ${micros} ELSE 0 END, available_at = available_at + ${time}`,
      `UPDATE slip_indexed SET fence = CASE WHEN fence > 0 THEN fence + ${micros} ELSE 0 END, time = time + ${time}`,
      `UPDATE slip_claim SET claimed_at = claimed_at + ${time}, lease_until = lease_until + ${time}`,
      `UPDATE slip_recheck SET due_at = due_at + ${time}`,
      `UPDATE slip_shard SET adopted_fence = adopted_fence + ${micros}, marked_at = marked_at + ${time},
         durable_at = durable_at + ${time}, behind_from = behind_from + ${time}`,
    ]
    for (const statement of statements) await world.db.query(statement)
    await world.server.shift(seconds)
    for (const held of world.inHand) {
      held.fence += micros
      if (held.outcome?.kind === 'returned') held.outcome = { ...held.outcome, fence: held.outcome.fence + micros }
    }
  },
  purgeTombstones: (world) => world.server.purgeTombstones(),
  /** Everybody works for once: what is idle is what a restore can take away unseen. */
  settleDown: (world, pick) => work(world, pick),
  mark: async (world) => {
    for (const target of targets) await doChore(world.db, markerChore(world.place(target), new EventBus()))
  },
  compare: (world) => compare(world),
  backUpState: async (world) => {
    const asked = new Map(world.items.map((item) => [item, { ...item.asked }]))
    const restore = await backUp(world.db)
    world.stateCopy = async () => {
      await restore()
      // what was asked for since is forgotten with it
      for (const [item, before] of asked) Object.assign(item.asked, before)
    }
  },
  /** As it is to be done: whoever works is stopped before, and the database is compared before anything is claimed. */
  restoreState: async (world, pick) => {
    world.inHand = []
    await restoreState(world, pick)
  },
  /** Younger than any marker, and under processes that go on with what they claimed from a database that is no more. */
  restoreStateUnnoticed: (world, pick) => restoreState(world, pick),
  backUpShard: async (world) => {
    world.shardCopy = await world.server.tables.backUp(await fullestShard(world))
  },
  restoreShard: async (world) => {
    await world.shardCopy?.()
    await compare(world)
  },
  /** No marker was written since the copy, so nothing tells: it is the rolling scan that finds what is missing. */
  restoreShardUnnoticed: async (world) => {
    await world.shardCopy?.()
  },
  emptyShard: async (world) => {
    await world.server.tables.empty(await fullestShard(world))
    await compare(world)
  },
  adopt: (world) => adoptAll(world),
  repair: (world) => repairAll(world),
} satisfies Record<string, Act>

export type Trouble = keyof typeof acts

/** What every library lives with; all else is a restore, or what belongs to one. */
export const troubles = { usual: ['clockBack', 'purgeTombstones'] } as const satisfies Record<
  string,
  readonly Trouble[]
>

export const befall = (world: World, trouble: Trouble, pick: number): Promise<void> =>
  (acts[trouble] as Act)(world, pick)

async function restoreState(world: World, pick: number): Promise<void> {
  await world.stateCopy?.()
  await compare(world)
  if (chance(pick, 50)) await readSources(world, world.items)
}

/** Of target main. */
async function fullestShard(world: World): Promise<number> {
  const { engine, target } = world.place('main')
  const shards = Array.from({ length: target.shards }, (_, index) => index + 1)
  const counts = await Promise.all(shards.map((shard) => engine.count(shard)))
  return counts.indexOf(Math.max(...counts)) + 1
}

export async function compare(world: World): Promise<void> {
  for (const target of targets) await doChore(world.db, compareChore(world.place(target), new EventBus()))
}

/**
 * As a person does it who is told of a shard that is ahead, and does not wait for claims: what is claimed keeps the shard
 * as it is. Where none is ahead nobody adopts: it would find and mend what repair and recheck are there for.
 */
export async function adoptAll(world: World): Promise<void> {
  for (const name of targets) {
    const place = world.place(name)
    if (!(await shardStates(world.db, name)).some(({ state }) => state === 'ahead')) continue
    await adopt({ ...place, target: { ...place.target, lease: 0 } }, { dryRun: false, removeUnowned: false })
  }
}

export async function repairAll(world: World): Promise<void> {
  for (const target of targets) {
    const behind = (await setbacks(world.db, target)).filter(({ isAhead }) => !isAhead)
    await repair(world.db, target, behind, { lane: 'bulk', dryRun: false })
  }
}
