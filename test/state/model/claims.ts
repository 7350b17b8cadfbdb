import { claimAlongOnce, claimOnce } from '../../../src/state/queue/claim-once.ts'
import { lanes } from '../../../src/state/queue/lanes.ts'
import { moveDue } from '../../../src/state/queue/move-due.ts'
import { reap as reapExpired } from '../../../src/state/queue/reap.ts'
import { shardStates } from '../../../src/state/restore/shard-state.ts'
import { later } from '../fixture.ts'
import { type At, byTarget, oneOf } from './step.ts'
import { type InHand, listOf, type TargetName, type World } from './world.ts'

interface Ready extends Record<string, unknown> {
  readonly htid: string
  readonly lane: number
  readonly shard: number
}

/** Those who ask come first in their bucket: in which order it is served is not the question here. */
export const claim = (world: World, at: readonly At[]) =>
  byTarget(at, async (target, of, htids) => {
    const named = `target = '${target}' AND state = 0 AND htid IN (${listOf(htids)})`
    await world.db.query(`UPDATE slip_queue SET seq = seq - 1000000000000 WHERE ${named} AND seq > 1000000000000000`)
    await claimReady(world, target, named, of[0]?.pick ?? 0)
  })

/**
 * Claims, bucket by bucket, as many rows as are ready under a condition. For a shard that is ahead nothing is claimed,
 * and while one is, no shard is drawn.
 */
export async function claimReady(world: World, target: TargetName, which: string, pick: number): Promise<number> {
  const rows = await world.db.query<Ready>(`SELECT htid, lane, shard FROM slip_queue WHERE ${which} ORDER BY htid`)
  if (rows.length === 0) return 0
  const states = await shardStates(world.db, target)
  const ahead = new Set(states.filter(({ state }) => state === 'ahead').map(({ shard }) => shard))
  const open = states.filter(({ state }) => state === 'open').map(({ shard }) => shard)
  let claimed = 0
  for (const group of Map.groupBy(rows, ({ lane, shard }) => `${lane}/${shard}`).values()) {
    const { lane, shard } = group[0] as Ready
    const draw = ahead.size > 0 ? undefined : oneOf(pick + claimed * 100, open)
    if (ahead.has(shard) || (shard === 0 && draw === undefined)) continue
    const bucket = { target, lane, shard }
    const turns = lane === 0 ? group.length : 1
    for (let turn = 0; turn < turns; turn++) {
      const request = { bucket, worker: world.worker, pid: 1, host: 'host-a', batch: group.length, fromSeq: 0 }
      const held = await claimOnce(world.db, { ...request, draw: draw ?? 0 })
      claimed += held.items.length + held.passed
      for (const item of held.items) world.take(held, item)
    }
  }
  return claimed
}

/** They are claimed by name, wherever they lie, as when another target has claimed them. */
export const along = (world: World, at: readonly At[]) =>
  byTarget(at, async (target, of, htids) => {
    const states = await shardStates(world.db, target)
    const isAhead = states.some(({ state }) => state === 'ahead')
    const shards = states.filter(({ state }) => state !== 'ahead').map(({ shard }) => shard)
    const drawn = oneOf(
      of[0]?.pick ?? 0,
      states.filter(({ state }) => state === 'open').map(({ shard }) => shard),
    )
    const open = [lanes.daily, lanes.ops, lanes.bulk].flatMap((lane) => shards.map((shard) => ({ lane, shard })))
    const request = { target, htids, worker: world.worker, pid: 1, host: 'host-a', open }
    const claims = await claimAlongOnce(world.db, { ...request, draw: isAhead ? 0 : (drawn ?? 0) })
    for (const held of claims) for (const item of held.items) world.take(held, item)
  })

/** One of those an item has in its processes' hands. */
export function heldBy(world: World, { item, target, pick }: At, which: (held: InHand) => boolean): InHand | undefined {
  return oneOf(
    pick,
    world.inHand.filter((held) => held.item === item && held.target === target && which(held)),
  )
}

/** The version that is there. */
export async function read(world: World, at: readonly At[]): Promise<void> {
  for (const each of at) {
    const held = heldBy(world, each, ({ read }) => read === null)
    if (held !== undefined) held.read = held.item.version
  }
}

/** Whoever has it forgets it. */
export async function crash(world: World, at: readonly At[]): Promise<void> {
  for (const each of at) {
    const held = heldBy(world, each, () => true)
    world.inHand = world.inHand.filter((other) => other !== held)
  }
}

/** The leases of their claims are over; who has them in hand does not know. */
export const reap = (world: World, at: readonly At[]) =>
  byTarget(at, async (target, _, htids) => {
    const rows = await world.db.query<{ token: string }>(`
      SELECT DISTINCT claim_token AS token FROM slip_queue
      WHERE target = '${target}' AND state = 1 AND htid IN (${listOf(htids)})`)
    if (rows.length === 0) return
    const tokens = listOf(rows.map(({ token }) => token))
    await world.db.query(`UPDATE slip_claim SET lease_until = ${later(world.db, -1)} WHERE token IN (${tokens})`)
    await world.db.transaction((tx) => reapExpired(tx, 1_000))
  })

export const move = (world: World, at: readonly At[]) =>
  byTarget(at, (target, _, htids) => moveAll(world, `target = '${target}' AND htid IN (${listOf(htids)})`))

/** As if the back-off of these were over. */
export async function moveAll(world: World, which: string): Promise<void> {
  await world.db.query(`UPDATE slip_queue SET available_at = ${later(world.db, -1)} WHERE state = 2 AND ${which}`)
  await world.db.transaction((tx) => moveDue(tx, 1_000))
}
