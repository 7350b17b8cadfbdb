import { expect, test } from 'vitest'
import { compareChore } from '../../src/daemon/chores/compare.ts'
import { adopt } from '../../src/operations/adopt.ts'
import type { Engine } from '../../src/shards/engine.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { document as build } from '../conformance/engine/documents.ts'
import { later } from './fixture.ts'
import { backUp } from './restore-world/copy.ts'
import { openWorldForFile, options, world } from './restore-world/opened.ts'

const htid = 'a.1'

openWorldForFile()

/** A worker that read its item and then sleeps, while its claim is reaped. */
async function sleeper() {
  world.say([htid], { title: 1 })
  await world.readSources()
  await world.sweep()
  const indexer = await world.worker()
  const claim = await indexer.claim()
  const parcel = await indexer.read(claim!)
  return { indexer, claim: claim!, parcel }
}

const endLeases = () => world.db.query(`UPDATE slip_claim SET lease_until = ${later(world.db, -1)}`)
const document = async () => (await Promise.all([1, 2].map((shard) => world.engine.get(shard, [htid])))).flat()

/** As if there were no fence: of two writes of the same revision the one that comes last stays. */
const withoutFence = (engine: Engine): Engine => ({
  ...engine,
  post: (shard, documents) =>
    engine.post(
      shard,
      documents.map((each) => ({ ...each, fence: each.rev })),
    ),
})

for (const [name, through, stays] of [
  ['is refused', (engine: Engine) => engine, 2],
  ['would stay, were it not for the fence', withoutFence, 1],
] as const) {
  test(`the post of a worker that lost its claim, of the same revision as its successor's, ${name}`, async () => {
    world.say([htid], { title: 1 })
    await world.readSources()
    await world.sweep()
    const old = await world.worker()
    old.engine = through(world.engine)
    const claim = await old.claim()
    const late = await old.read(claim!)
    // the volume is scanned again: another text of the same revision
    await world.db.query(`UPDATE slip_rights SET record_digest = '${'2'.padStart(32, '0')}'`)
    await endLeases()
    await world.db.transaction((tx) => reap(tx, 10))
    const young = await world.worker()
    young.engine = through(world.engine)
    expect(await young.run()).toBe(1)
    await old.engine.post(late.documents[0]!.item.shard, [late.documents[0]!.document])
    expect(await document()).toMatchObject([{ rev: 1, digest: String(stays).padStart(32, '0') }])
  })
}

test('a worker that wakes after an adopt is refused by the engine, and what the restore gave back of its claim changes nothing', async () => {
  const old = await sleeper()
  const restore = await backUp(world.db)
  await endLeases()
  await world.db.transaction((tx) => reap(tx, 10))
  world.say([htid], { title: 2 })
  await world.run()
  await restore()
  await world.do(compareChore(world.pair, world.bus))
  expect(await world.shardStates()).toContain('ahead')
  await endLeases()
  expect(await adopt(world.pair, options)).toMatchObject({ differing: 1, busy: [], ahead: [] })
  await world.run()
  expect(await world.violations()).toEqual([])
  const { item, document: late } = old.parcel.documents[0]!
  expect(await world.engine.post(item.shard, [late])).toMatchObject([{ kind: 'stale' }])
  expect(await old.indexer.settle(old.claim, await old.indexer.post(old.claim))).toMatchObject({ fencedOut: 1 })
  expect(await world.violations()).toEqual([])
})

test('a worker whose claim came back with the restore is refused as stale, and its row is claimed with a higher fence', async () => {
  const old = await sleeper()
  const restore = await backUp(world.db)
  await endLeases()
  await world.db.transaction((tx) => reap(tx, 10))
  world.say([htid], { title: 2 })
  await world.run()
  await restore()
  // it wakes before anybody else: the restored tables say that it holds its claim
  const { item, document: late } = old.parcel.documents[0]!
  const [answer] = await world.engine.post(item.shard, [late])
  expect(answer).toMatchObject({ kind: 'stale' })
  const fence = (answer as { fence: number }).fence
  expect(await old.indexer.settle(old.claim, [{ kind: 'returned', htid, fence }])).toMatchObject({ returned: 1 })
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('a clock that went back draws no lower fence for what was adopted', async () => {
  await world.indexed([htid])
  const [held] = await document()
  const ahead = held!.fence + 10 ** 12
  await world.engine.post(1, [{ ...build({ id: htid, fence: ahead, rev: 1 }), digest: held!.digest }])
  await world.do(compareChore(world.pair, world.bus))
  await adopt(world.pair, options)
  world.say([htid], { title: 2 })
  await world.run()
  expect((await document())[0]!.fence).toBeGreaterThan(ahead)
  expect(await world.violations()).toEqual([])
})
