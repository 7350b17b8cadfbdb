import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { Claimer } from '../../src/indexer/claimer.ts'
import { closeShard } from '../../src/state/control/close-shard.ts'
import { setFull } from '../../src/state/control/full-shard.ts'
import { openShard } from '../../src/state/control/open-shard.ts'
import { applyTarget } from '../../src/state/control/target.ts'
import { weighShard } from '../../src/state/control/weigh-shard.ts'
import { change, enqueue, openState, type State, settleAll, worker } from '../state/fixture.ts'

const target = { name: 'main', engine: 'embedded', schemaVersion: 1, shards: 4, lease: 60_000, overlap: 60_000 }
/** Of the open shards; the last is closed. */
const weights = [1, 2, 5]
const items = 240

let state: State
let token: string
beforeAll(async () => {
  state = await openState()
  token = await worker(state.db)
  await state.db.transaction(async (tx) => {
    await applyTarget(tx, target)
    for (const [at, weight] of weights.entries()) await weighShard(tx, { target: 'main', shard: at + 1 }, weight)
    await closeShard(tx, { target: 'main', shard: 4 }, '')
  })
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => state.close())

const ids = Array.from({ length: items }, (_, at) => `spread.${String(at).padStart(4, '0')}`)

/** mulberry32: the draws of a run are those of the next, and no run fails by chance. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Claims and settles all there is, so many at a time; how often each shard was drawn, or claimed from. */
async function workOff(batch: number): Promise<Map<number, number>> {
  const claimer = new Claimer(state.db, token, target, { batch, shares: { daily: 1, ops: 1, bulk: 1 } })
  const claims = new Map<number, number>()
  for (;;) {
    const claim = await claimer.next(await Pauses.read(state.db))
    if (claim === null) return claims
    const [shard, second] = new Set(claim.items.map((item) => item.shard))
    expect(second, 'one shard a claim').toBeUndefined()
    claims.set(shard!, (claims.get(shard!) ?? 0) + 1)
    await settleAll(state.db, claim)
  }
}
const places = async () =>
  new Map(
    (await state.db.query<{ htid: string; shard: number }>('SELECT htid, shard FROM slip_indexed')).map((row) => [
      row.htid,
      row.shard,
    ]),
  )
const ofShard = (all: Map<string, number>, shard: number) => [...all].filter(([, each]) => each === shard).length

test('new items spread over the open shards by weight, within 3 σ, and none goes to a closed one', async () => {
  vi.spyOn(Math, 'random').mockImplementation(seeded(1))
  await change(state.db, ids)
  await enqueue(state.db, ids)
  const draws = await workOff(1)
  expect([...draws.keys()].toSorted()).toEqual([1, 2, 3])
  const total = weights.reduce((sum, weight) => sum + weight)
  for (const [at, weight] of weights.entries()) {
    const share = weight / total
    const sigma = Math.sqrt(items * share * (1 - share))
    expect(Math.abs(draws.get(at + 1)! - items * share) / sigma, `shard ${at + 1}`).toBeLessThan(3)
  }
  expect(ofShard(await places(), 4)).toBe(0)
})

test('an item keeps its shard for life: changed, deleted and asked for again, in whatever state its shard is', async () => {
  const before = await places()
  expect([1, 2, 3].map((shard) => ofShard(before, shard) > 0)).toEqual([true, true, true])
  await state.db.transaction(async (tx) => {
    await closeShard(tx, { target: 'main', shard: 1 }, '')
    await setFull(tx, { target: 'main', shard: 2 }, 'disk')
    await weighShard(tx, { target: 'main', shard: 3 }, 0)
    await openShard(tx, { target: 'main', shard: 4 })
  })
  for (const [round, part] of [{ title: 1 }, { attr: 8 }, { title: 2 }].entries()) {
    await change(state.db, ids, part)
    await enqueue(state.db, ids)
    const claims = await workOff(100)
    expect([...claims.keys()].toSorted(), `round ${round}`).toEqual([1, 2, 3])
    expect(await places()).toEqual(before)
  }
  await change(state.db, ['new.1'])
  await enqueue(state.db, ['new.1'])
  await workOff(100)
  expect((await places()).get('new.1')).toBe(4)
})
