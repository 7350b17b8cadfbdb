import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { SlipError } from '../../src/errors/slip-error.ts'
import { Claimer } from '../../src/indexer/claimer.ts'
import { settleClaim } from '../../src/indexer/settle.ts'
import type { Database } from '../../src/state/connection.ts'
import { openDatabase } from '../../src/state/database.ts'
import { claimAlongOnce } from '../../src/state/queue/claim-once.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { retryErrors } from './error-pages.ts'
import {
  change,
  claimBucket,
  enqueue,
  errorsOf,
  expireLeases,
  indexed,
  later,
  ledgerRow,
  openState,
  queueRow,
  type State,
  settleAll,
  worker,
} from './fixture.ts'
import { LostCommit } from './lost-commit.ts'

let state: State
let door: LostCommit
let lossy: Database
let token: string
beforeAll(async () => {
  state = await openState()
  token = await worker(state.db)
  const opened = await LostCommit.to(state.url)
  door = opened.door
  lossy = await openDatabase({ url: opened.url, applicationName: 'test' })
})
afterAll(async () => {
  await lossy.close()
  door.close()
  await state.close()
})

const target = { name: 'main', engine: 'embedded', schemaVersion: 1, shards: 2, lease: 60_000, overlap: 60_000 }

/** Runs `work` with the answer to its COMMIT lost, so that the transaction is run again; see LostCommit.arm. */
async function unheard<T>(work: () => Promise<T>, naming: string | null = null): Promise<T> {
  const before = door.lost
  door.arm(naming)
  const answer = await work()
  expect(door.lost).toBe(before + 1)
  return answer
}

test('a claim whose COMMIT was not answered is found again: no claim is left that nobody knows', async () => {
  const claimer = new Claimer(lossy, token, target, { batch: 2, shares: { daily: 5, ops: 2, bulk: 1 } })
  const pauses = await Pauses.read(state.db)
  // lane 0 is looked into first, and then not for 30 s: the next claim sent is the one with rows
  expect(await claimer.next(pauses)).toBeNull()
  await change(state.db, ['a.1', 'a.2', 'a.3'])
  await enqueue(state.db, ['a.1', 'a.2', 'a.3'])
  const held = await unheard(() => claimer.next(pauses), token)
  expect(held?.items.map(({ htid, rev, attempts }) => ({ htid, rev, attempts }))).toEqual([
    { htid: 'a.1', rev: 1, attempts: 1 },
    { htid: 'a.2', rev: 1, attempts: 1 },
  ])
  expect(await state.db.query('SELECT token FROM slip_claim')).toEqual([{ token: held?.token }])
  expect(held?.fence).toBe((await queueRow(state.db, 'a.1'))?.fence)
  expect((await settleAll(state.db, held!)).size).toBe(2)
  const rest = await claimer.next(pauses)
  expect(rest?.items).toMatchObject([{ htid: 'a.3' }])
  await settleAll(state.db, rest!)
})

test('so are all claims that were taken along with another target', async () => {
  await change(state.db, ['b.1', 'b.2'])
  await enqueue(state.db, ['b.1', 'b.2'])
  await state.db.query(`UPDATE slip_queue SET shard = 2 WHERE htid = 'b.2'`)
  const open = [1, 2].map((shard) => ({ lane: 1, shard }))
  const request = { target: 'main', htids: ['b.1', 'b.2'], worker: token, pid: 1, host: 'host-a', open, draw: 1 }
  const claims = await unheard(() => claimAlongOnce(lossy, request), token)
  const found = claims.flatMap(({ fence, lane, items }) => items.map((item) => ({ ...item, fence, lane })))
  expect(found.sort((one, other) => (one.htid < other.htid ? -1 : 1))).toMatchObject([
    { htid: 'b.1', shard: 1, rev: 1, attempts: 1, lane: 1, fence: (await queueRow(state.db, 'b.1'))?.fence },
    { htid: 'b.2', shard: 2, rev: 1, attempts: 1, lane: 1, fence: (await queueRow(state.db, 'b.2'))?.fence },
  ])
  const tokens = await state.db.query<{ token: string }>('SELECT token FROM slip_claim')
  expect(tokens.map(({ token }) => token).sort()).toEqual(claims.map(({ token }) => token).sort())
  for (const held of claims) expect((await settleAll(state.db, held)).size).toBe(1)
})

describe('a settlement whose answer was lost has settled once, and says so', () => {
  const context = {
    worker: '00000000-0000-0000-0000-000000000001',
    configDigest: 'c',
    indexer: { attempts: 2, backoff: 60_000, environmentBackoff: 60_000 } as Parameters<
      typeof settleClaim
    >[3]['indexer'],
  }
  const none = { indexed: 0, deleted: 0, errors: 0, delayed: 0, returned: 0, fencedOut: 0 }
  const claimAll = async (...htids: string[]) => {
    await change(state.db, htids)
    await enqueue(state.db, htids)
    return claimBucket(state.db, token)
  }
  const error = new SlipError('ZIP_MISSING', 'no zip')
  const away = new SlipError('ENGINE_UNAVAILABLE', 'other side closed')
  const failed = (htid: string, attempts: number) => {
    return { kind: 'failed', htid, error, attempts, unproven: false } as const
  }
  const settled = (htid: string) => ({ kind: 'indexed', htid, settled: indexed(htid) }) as const

  test('with every kind of exit in one', async () => {
    const held = await claimAll('b.1', 'b.2', 'b.3', 'b.4')
    const outcomes = [
      settled('b.1'),
      failed('b.2', 1),
      failed('b.3', 2),
      { kind: 'returned', htid: 'b.4', fence: 0 } as const,
    ]
    const settlement = await unheard(() => settleClaim(lossy, held, outcomes, context))
    expect(settlement).toEqual({ ...none, indexed: 1, delayed: 1, errors: 1, returned: 1 })
    expect(await ledgerRow(state.db, 'b.1')).toMatchObject({ rev: 1, indexed_ct: 1 })
    expect(await errorsOf(state.db, 'b.3')).toHaveLength(1)
    await state.db.query('DELETE FROM slip_queue')
  })

  test.each([
    ['indexed', settled('c.1'), { indexed: 1 }],
    ['delayed', failed('c.1', 1), { delayed: 1 }],
    ['returned', { kind: 'returned', htid: 'c.1', fence: 0 } as const, { returned: 1 }],
    ['stale', { kind: 'returned', htid: 'c.1', fence: 2 ** 52 } as const, { returned: 1 }],
    ['failed', failed('c.1', 2), { errors: 1 }],
    ['suspected', { ...failed('c.1', 1), error: away, unproven: true, unanswered: 'alone' as const }, { delayed: 1 }],
  ])('with a claim that was %s whole', async (_name, outcome, counts) => {
    for (const table of ['slip_indexed', 'slip_errors']) await state.db.query(`DELETE FROM ${table} WHERE htid = 'c.1'`)
    const held = await claimAll('c.1')
    // a settle of all is one statement on PostgreSQL, which no COMMIT follows
    expect(await unheard(() => settleClaim(lossy, held, [outcome], context), held.token)).toEqual({
      ...none,
      ...counts,
    })
    expect(await settleClaim(state.db, held, [outcome], context, true)).toEqual({ ...none, ...counts })
    await state.db.query('DELETE FROM slip_queue')
  })

  test('but a claim that was reaped meanwhile is fenced out', async () => {
    const held = await claimAll('d.1')
    await expireLeases(state.db)
    await state.db.transaction((tx) => reap(tx, 10))
    expect(await settleClaim(state.db, held, [settled('d.1')], context, true)).toEqual({ ...none, fencedOut: 1 })
    const next = await claimBucket(state.db, token, { lane: 0, shard: 1 })
    await settleAll(state.db, next)
    expect(await settleClaim(state.db, held, [settled('d.1')], context, true)).toEqual({ ...none, fencedOut: 1 })
  })
})

test('a retry whose COMMIT was not answered asks once more at most: one row', async () => {
  await change(state.db, ['e.1'])
  await state.db.query(
    `INSERT INTO slip_errors (target, htid, rev, stage, code, class, message, error_time)
     VALUES ('main', 'e.1', 1, 'index', 'METS_MISSING', 'item', 'gone', ${later(state.db, 0)})`,
  )
  await unheard(() => lossy.transaction((tx) => retryErrors(tx, { htids: ['e.1'] })))
  expect(await queueRow(state.db, 'e.1')).toMatchObject({ state: 0, rev: 1 })
  expect(await state.db.query(`SELECT 1 FROM slip_errors WHERE htid = 'e.1'`)).toHaveLength(1)
})
