import { sweepFrom } from '../../../src/state/audit/sweep.ts'
import { releaseItems } from '../../../src/state/queue/hold.ts'
import { reap, reapOrphans } from '../../../src/state/queue/reap.ts'
import { later } from '../fixture.ts'
import { claimReady, moveAll } from './claims.ts'
import { end, send } from './exits.ts'
import { targets, type World } from './world.ts'

/** One round of all processes. */
export async function work(world: World, pick: number): Promise<void> {
  for (const target of targets) {
    await world.db.transaction((tx) => sweepFrom(tx, target, '', 1_000))
    const htids = world.items.map(({ htid }) => htid)
    await world.db.transaction((tx) => releaseItems(tx, target, htids))
  }
  await finish(world)
  await world.db.query(`UPDATE slip_claim SET lease_until = ${later(world.db, -1)}`)
  await world.db.transaction((tx) => reap(tx, 1_000))
  await world.db.transaction((tx) => reapOrphans(tx, 1_000))
  await moveAll(world, 'lane >= 0')
  for (const target of targets)
    while ((await claimReady(world, target, `target = '${target}' AND state = 0`, pick)) > 0);
  await finish(world)
}

/** What is in hand is read, posted and settled. */
async function finish(world: World): Promise<void> {
  for (const held of world.inHand) held.read ??= held.item.version
  await send(
    world,
    world.inHand.filter(({ outcome }) => outcome === null),
  )
  await end(
    world,
    world.inHand.flatMap((held) => (held.outcome === null ? [] : [[held, held.outcome] as const])),
  )
}
