import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Engine, IndexDocument, Outcome } from '../../src/shards/engine.ts'
import type { Claim } from '../../src/state/queue/claim.ts'
import { claimBucket, errorsOf, queueRow, worker } from '../state/fixture.ts'
import { askAnew } from './ask-again.ts'
import { startBatch } from './batches.ts'
import { type Library, openLibrary } from './library.ts'
import { runOnce } from './processes.ts'

/** A parcel whose request broke without an answer: what becomes of its documents, in the same delivery. */
let library: Library
let token: string
beforeAll(async () => {
  library = await openLibrary()
  library.lay('day-1')
  await runOnce('rights', library.configFile)
})
beforeEach(async () => {
  await askAnew(library)
  token = await worker(library.state.db)
})
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query(sql)
const ids = (documents: readonly IndexDocument[]) => documents.map(({ id }) => id)

/** All documents queued for the shard with most of them, of one claim. */
async function claimed(): Promise<Claim> {
  const [fullest] = await rows('SELECT shard, count(*) AS n FROM slip_queue GROUP BY shard ORDER BY n DESC')
  await rows(`DELETE FROM slip_queue WHERE action = 'delete' OR shard <> ${fullest?.shard}`)
  return claimBucket(library.state.db, token, { shard: fullest?.shard as number })
}

const unanswered: Outcome = { kind: 'unavailable', message: 'other side closed', unanswered: true }

/** The library's engine, of which each post is answered instead where `instead` says so. */
function breaking(instead: (documents: readonly IndexDocument[], posts: number) => Outcome | null) {
  const posts: string[][] = []
  const engine: Engine = {
    ...library.engine,
    post: async (shard, documents) => {
      posts.push(ids(documents))
      const outcome = instead(documents, posts.length)
      return outcome === null ? library.engine.post(shard, documents) : documents.map(() => outcome)
    },
  }
  return { engine, posts }
}
const over = (killer: string) => (documents: readonly IndexDocument[]) =>
  ids(documents).includes(killer) ? unanswered : null

/** A document that gets as far as an engine: some of the sample have errors of their own. */
async function sound(claim: Claim): Promise<string> {
  const errors = new Set((await rows('SELECT htid FROM slip_errors')).map(({ htid }) => htid))
  return claim.items.map(({ htid }) => htid).filter((htid) => !errors.has(htid))[1] as string
}

test('is sent again one by one: the neighbours are indexed, the one that breaks that too goes delayed to lane 0', async () => {
  const claim = await claimed()
  const killer = await sound(claim)
  const { engine, posts } = breaking(over(killer))
  const { ended, told } = startBatch(library, token, claim, { engine })
  const { indexed, delayed, errors } = (await ended) as Record<string, number>
  expect([delayed, indexed! + errors!]).toEqual([1, claim.items.length - 1])
  const [together, ...alone] = posts
  expect(alone).toEqual(together?.map((id) => [id]))
  expect(await queueRow(library.state.db, killer)).toMatchObject({
    ...{ state: 2, lane: 0, attempts: 0, strikes: 0, refusals: 0, unproven: true },
    ...{ failed_at: expect.anything(), last_error: 'ENGINE_UNAVAILABLE: other side closed' },
  })
  expect(told.filter(({ name }) => name === 'index.unbalanced')).toEqual([])
})

test('is no suspect where it could not be sent: they wait where they are, and none is sent alone', async () => {
  const claim = await claimed()
  const { engine, posts } = breaking(() => ({ kind: 'unavailable', message: 'ECONNREFUSED' }))
  const { delayed } = (await startBatch(library, token, claim, { engine }).ended) as Record<string, number>
  expect([posts.length, delayed]).toEqual([1, posts[0]?.length])
  const [row] = await rows('SELECT DISTINCT state, lane, refusals, failed_at FROM slip_queue')
  expect(row).toEqual({ state: 2, lane: 1, refusals: 0, failed_at: null })
})

test('of an engine that is gone when the first is to be sent alone stay in their lane, and a second time go to lane 0', async () => {
  const dies = (_: readonly IndexDocument[], posts: number): Outcome =>
    posts === 1 ? unanswered : { kind: 'unavailable', message: 'ECONNREFUSED' }
  const first = await claimed()
  const { engine, posts } = breaking(dies)
  await startBatch(library, token, first, { engine }).ended
  expect(posts.map(({ length }) => length)).toEqual([posts[0]?.length, 1])
  const standing = () => rows('SELECT DISTINCT state, lane, refusals, failed_at IS NULL AS never FROM slip_queue')
  expect(await standing()).toMatchObject([{ state: 2, lane: 1, refusals: 0 }])
  expect(await rows('SELECT 1 FROM slip_queue WHERE failed_at IS NULL')).toEqual([])
  await rows('UPDATE slip_queue SET state = 0, available_at = NULL')
  const second = await claimBucket(library.state.db, token, { shard: first.items[0]?.shard as number })
  await startBatch(library, token, second, { engine: breaking(dies).engine }).ended
  expect(await standing()).toMatchObject([{ state: 2, lane: 0, refusals: 0 }])
})

test('is sent no further once its shard is suspended: three that break are enough', async () => {
  const claim = await claimed()
  const { engine, posts } = breaking(() => unanswered)
  const { ended, breakers } = startBatch(library, token, claim, { engine })
  const { delayed } = (await ended) as Record<string, number>
  expect(posts.slice(1).map(({ length }) => length)).toEqual([1, 1, 1])
  expect(delayed).toBe(posts[0]?.length)
  expect(breakers.isSuspended('shard', `main/${claim.items[0]?.shard}`)).toBe(true)
  expect(await rows('SELECT htid FROM slip_queue WHERE lane = 0 ORDER BY htid')).toEqual(
    posts.slice(1).map(([htid]) => ({ htid })),
  )
})

/** An engine that answers nothing, and the process is to stop meanwhile. */
function stopping() {
  const stop = new AbortController()
  const broken = breaking(() => {
    stop.abort()
    return unanswered
  })
  return { ...broken, stop: stop.signal }
}

test('is not sent again when the process is to stop', async () => {
  const claim = await claimed()
  const { engine, posts, stop } = stopping()
  await startBatch(library, token, claim, { engine, stop }).ended
  expect(posts).toHaveLength(1)
  const left = await rows(`SELECT htid FROM slip_queue WHERE state = 2 AND lane = 1 AND unproven`)
  expect(left).toHaveLength(posts[0]!.length)
})

test('nor is what waits for its turn, to a server that gave no answer', async () => {
  const claim = await claimed()
  const { engine, posts, stop } = stopping()
  const paced = { batchBytes: 1, connections: 1 }
  const { returned } = (await startBatch(library, token, claim, { engine, stop, ...paced }).ended) as {
    returned: number
  }
  expect(posts).toHaveLength(1)
  expect(returned).toBeGreaterThan(1)
})

test('is not sent again once the lease is lost', async () => {
  const claim = await claimed()
  const { engine, posts } = breaking(() => {
    running.leases.drop(claim.token)
    return unanswered
  })
  const running = startBatch(library, token, claim, { engine })
  await running.ended
  expect(posts).toHaveLength(1)
})

test('that the server asks to wait with is not sent further, and the server is left alone', async () => {
  const claim = await claimed()
  const busy: Outcome = { kind: 'unavailable', message: 'too many requests', retryAfterMs: 5 }
  const { engine, posts } = breaking((_, count) => (count === 1 ? unanswered : count === 2 ? busy : null))
  await startBatch(library, token, claim, { engine }).ended
  expect(posts.map(({ length }) => length)).toEqual([posts[0]?.length, 1])
  expect(await rows('SELECT DISTINCT lane FROM slip_queue')).toEqual([{ lane: 1 }])
})

test('of lane 0 is sent once a claim, and the third time the engine breaks over it though it took others it is an error', async () => {
  const first = await claimed()
  const killer = await sound(first)
  const shard = first.items[0]?.shard as number
  const { engine, posts } = breaking(over(killer))
  await startBatch(library, token, first, { engine }).ended
  const requests = posts.length
  for (let time = 1; time <= 3; time++) {
    await askAnewBut(killer)
    await startBatch(library, token, await claimBucket(library.state.db, token, { shard }), { engine }).ended
    await rows(`UPDATE slip_queue SET state = 0, available_at = NULL WHERE htid = '${killer}'`)
    const suspect = await claimBucket(library.state.db, token, { lane: 0, shard })
    const { ended, told } = startBatch(library, token, suspect, { engine })
    const batch = await ended
    const [failed] = told.filter(({ name }) => name === 'index.item-failed')
    if (time < 3) {
      expect(await queueRow(library.state.db, killer)).toMatchObject({ lane: 0, refusals: time })
      expect([batch, failed?.fields]).toMatchObject([{ delayed: 1 }, { code: 'ENGINE_UNAVAILABLE', delayed: true }])
    } else {
      const code = 'ENGINE_REFUSES_ALONE'
      expect(await queueRow(library.state.db, killer)).toBeUndefined()
      expect([batch, failed?.fields]).toMatchObject([{ errors: 1 }, { code, delayed: false }])
      const message = 'the engine broke over the document alone; last: other side closed'
      expect((await errorsOf(library.state.db, killer)).at(-1)).toMatchObject({ code, message, resolution: null })
    }
  }
  expect(posts.slice(requests).filter((documents) => documents.includes(killer))).toEqual([
    [killer],
    [killer],
    [killer],
  ])
})

/** Everything but one item is queued anew. */
async function askAnewBut(htid: string) {
  const kept = `htid <> '${htid}'`
  await rows(`UPDATE slip_rights SET rev = rev + 1, insert_time = CURRENT_TIMESTAMP(6) WHERE ${kept}`)
  await runOnce('enqueue', library.configFile)
  await rows(`DELETE FROM slip_queue WHERE action = 'delete' AND ${kept}`)
  // a daemon takes one that was silent for a minute for dead
  token = await worker(library.state.db)
}

test('of which the engine refuses one document has that as an error, in the words of the engine, and its neighbours are indexed', async () => {
  const claim = await claimed()
  const refused = await sound(claim)
  const unreadable = (document: IndexDocument): IndexDocument => ({ ...document, json: Buffer.from('{') })
  const engine: Engine = {
    ...library.engine,
    post: (shard, documents) =>
      library.engine.post(
        shard,
        documents.map((each) => (each.id === refused ? unreadable(each) : each)),
      ),
  }
  const before = (await rows('SELECT 1 FROM slip_errors')).length
  const { indexed, delayed } = (await startBatch(library, token, claim, { engine }).ended) as Record<string, number>
  const errors = (await rows('SELECT 1 FROM slip_errors')).length - before
  expect([delayed, indexed! + errors]).toEqual([0, claim.items.length])
  expect(await errorsOf(library.state.db, refused)).toMatchObject([
    { code: 'DOCUMENT_REJECTED', message: expect.stringContaining('JSON'), shard: claim.items[0]?.shard },
  ])
  expect(await queueRow(library.state.db, refused)).toBeUndefined()
})
