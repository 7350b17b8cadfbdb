import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Repository } from '../../src/repository/repository.ts'
import type { Engine, IndexDocument } from '../../src/shards/engine.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { claimBucket, expireLeases, worker } from '../state/fixture.ts'
import { askAnew } from './ask-again.ts'
import { startBatch, volumesOf } from './batches.ts'
import { type Library, openLibrary } from './library.ts'
import { runOnce } from './processes.ts'

let library: Library
let token: string
beforeAll(async () => {
  library = await openLibrary()
  library.lay('day-1')
})
beforeEach(async () => {
  await runOnce('rights', library.configFile)
  await askAnew(library)
  // one that is silent for a minute is taken for dead
  token = await worker(library.state.db)
})
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query(sql)

/** All that is queued for the shard with most of it, of one claim. */
async function claimed() {
  const [fullest] = await rows('SELECT shard, count(*) AS n FROM slip_queue GROUP BY shard ORDER BY n DESC')
  await rows(`DELETE FROM slip_queue WHERE action = 'delete' OR shard <> ${fullest?.shard}`)
  return claimBucket(library.state.db, token, { shard: fullest?.shard as number })
}

/** The library's engine, with what each post is given told before it is done. */
const telling = (before: (documents: readonly IndexDocument[]) => Promise<() => void>): Engine => ({
  ...library.engine,
  post: async (shard, documents) => {
    const after = await before(documents)
    return library.engine.post(shard, documents).finally(after)
  },
})

test('a claim in many parcels is indexed whole, with no more posted at a time than there are connections', async () => {
  const claim = await claimed()
  let [open, most, parcels] = [0, 0, 0]
  const engine = telling(async () => {
    parcels++
    most = Math.max(most, ++open)
    return () => open--
  })
  const { ended, told } = startBatch(library, token, claim, { engine, batchBytes: 1 })
  const batch = await ended
  expect(batch).toMatchObject({ claimed: claim.items.length, returned: 0, delayed: 0, fencedOut: 0 })
  const { indexed, errors } = batch as Record<string, number>
  expect([indexed! + errors!, parcels, most]).toEqual([claim.items.length, indexed, 2])
  expect(told.filter(({ name }) => name === 'index.unbalanced')).toEqual([])
  expect(await rows('SELECT 1 FROM slip_claim')).toEqual([])
})

test('no more than the budget is in memory, but for an item of more than half of it, which is alone', async () => {
  const claim = await claimed()
  const open = new Set<readonly IndexDocument[]>()
  const seen: number[] = []
  const limit = 150_000
  const engine = telling(async (documents) => {
    open.add(documents)
    const sizes = [...open].flat().map(({ json }) => json.length)
    const sum = sizes.reduce((total, size) => total + size, 0)
    if (sizes.some((size) => size > limit / 2)) expect(sizes).toHaveLength(1)
    else expect(sum).toBeLessThanOrEqual(limit)
    seen.push(sizes.length)
    return () => open.delete(documents)
  })
  expect(
    await startBatch(library, token, claim, { engine, batchBytes: 60_000, inFlightBytes: limit }).ended,
  ).toMatchObject({
    delayed: 0,
    fencedOut: 0,
    returned: 0,
  })
  expect(Math.max(...seen)).toBeGreaterThan(1)
})

/** The library's volumes, each opened more than a second after the one before. */
function slowVolumes(opened: () => void): Repository {
  const now = performance.now.bind(performance)
  let later = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + later)
  onTestFinished(() => clock.mockRestore())
  const volumes = volumesOf(library)
  return {
    ...volumes,
    open: (htid) => {
      later += 1_001
      opened()
      return volumes.open(htid)
    },
  }
}

test('what was assembled a second ago is sent before its parcel is full', async () => {
  const claim = await claimed()
  let [opened, parcels] = [0, 0]
  const openedAtFirst = Promise.withResolvers<number>()
  const engine = telling(async () => {
    parcels++
    openedAtFirst.resolve(opened)
    return () => undefined
  })
  const repository = slowVolumes(() => opened++)
  const batch = await startBatch(library, token, claim, { engine, repository }).ended
  expect(batch).toMatchObject({ returned: 0, delayed: 0, fencedOut: 0 })
  expect(await openedAtFirst.promise).toBeLessThan(opened)
  expect(parcels).toBeGreaterThan(2)
})

test('what is old is not sent in pieces where it would wait for a connection', async () => {
  const claim = await claimed()
  const items = claim.items.filter(({ action }) => action === 'index').length
  let [opened, parcels] = [0, 0]
  const all = Promise.withResolvers<void>()
  const engine = telling(async () => {
    if (parcels++ === 0) await all.promise
    return () => undefined
  })
  const repository = slowVolumes(() => ++opened === items && all.resolve())
  const batch = await startBatch(library, token, claim, { engine, repository, connections: 1 }).ended
  expect(batch).toMatchObject({ returned: 0, delayed: 0, fencedOut: 0 })
  expect(parcels).toBe(2)
})

test('a batch whose lease is lost while a parcel is under way sends no other, and settles nothing', async () => {
  const claim = await claimed()
  const before = await rows('SELECT htid, rev, digest FROM slip_indexed ORDER BY htid')
  let posts = 0
  const engine = telling(async () => {
    posts++
    await expireLeases(library.state.db)
    await library.state.db.transaction((tx) => reap(tx, 10))
    running.leases.drop(claim.token)
    return () => undefined
  })
  const running = startBatch(library, token, claim, { engine, batchBytes: 1, connections: 1 })
  expect(await running.ended).toMatchObject({ indexed: 0, fencedOut: claim.items.length })
  expect(posts).toBe(1)
  expect(await rows('SELECT htid, rev, digest FROM slip_indexed ORDER BY htid')).toEqual(before)
  expect(await rows('SELECT DISTINCT state, strikes FROM slip_queue')).toEqual([{ state: 0, strikes: 1 }])
})

test('a stop hands back what is not assembled, and ends what is', async () => {
  const claim = await claimed()
  const stop = new AbortController()
  const engine = telling(async () => {
    stop.abort()
    return () => undefined
  })
  const batch = await startBatch(library, token, claim, { engine, batchBytes: 1, stop: stop.signal }).ended
  const { indexed, returned, errors } = batch as Record<string, number>
  expect(indexed).toBeGreaterThan(0)
  expect(returned).toBeGreaterThan(0)
  expect(indexed! + returned! + errors!).toBe(claim.items.length)
  expect(await rows('SELECT 1 FROM slip_claim')).toEqual([])
})

test('parcels are halved for a server that asks for less, which is then left alone until its time is over', async () => {
  const claim = await claimed()
  const sizes: number[] = []
  const engine: Engine = {
    ...library.engine,
    post: async (shard, documents) => {
      sizes.push(documents.reduce((sum, { json }) => sum + json.length, 0))
      if (sizes.length > 1) return library.engine.post(shard, documents)
      return documents.map(() => ({ kind: 'unavailable', message: 'too many requests', retryAfterMs: 1 }))
    },
  }
  const [batchBytes, largest] = [300_000, 100_000]
  const batch = await startBatch(library, token, claim, { engine, batchBytes, connections: 1 }).ended
  expect(batch?.delayed).toBeGreaterThan(0)
  expect(batch?.indexed).toBeGreaterThan(0)
  expect(sizes[0]).toBeGreaterThanOrEqual(batchBytes)
  for (const size of sizes.slice(2)) expect(size).toBeLessThan(batchBytes / 2 + batchBytes / 16 + largest)
  expect(await rows('SELECT DISTINCT state, attempts FROM slip_queue')).toEqual([{ state: 2, attempts: 0 }])
})
