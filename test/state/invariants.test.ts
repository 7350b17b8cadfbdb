import { afterAll, beforeEach, expect, test } from 'vitest'
import { checkAtRest, type EngineContent } from '../../src/state/audit/invariants.ts'
import { checkRunning, readMarks, wentBack } from '../../src/state/audit/running-invariants.ts'
import { writeWatermark } from '../../src/state/control/watermark.ts'
import { change, claimBucket, digestOf, enqueue, openState, settleAll, worker } from './fixture.ts'

const state = await openState()
const { db } = state
afterAll(() => state.close())

/** What the engine holds when all is well: item a.1, indexed in shard 1. */
let held: EngineContent
beforeEach(async () => {
  for (const table of ['queue', 'claim', 'indexed', 'errors', 'rights', 'watermark', 'recheck'])
    await db.query(`DELETE FROM slip_${table}`)
  await change(db, ['a.1'])
  await enqueue(db, ['a.1'])
  const claim = await claimBucket(db, await worker(db))
  await settleAll(db, claim)
  held = { id: 'a.1', shard: 1, rev: 1, fence: claim.fence, digest: digestOf(1) }
})

async function atRest(content: readonly EngineContent[]) {
  async function* stream() {
    yield* content
  }
  const found = await checkAtRest(db, 'main', stream())
  return found.map(({ invariant, htid }) => [invariant, htid])
}
const running = async () => (await checkRunning(db, 'main')).map(({ invariant, htid }) => [invariant, htid])

test('nothing is found where all is well', async () => {
  expect(await atRest([held])).toEqual([])
  expect(await running()).toEqual([])
})

test('an item the engine lost, holds twice, or in another text is found', async () => {
  expect(await atRest([])).toEqual([[1, 'a.1']])
  expect(await atRest([held, { ...held, shard: 2 }])).toEqual([[3, 'a.1']])
  expect(await atRest([{ ...held, digest: digestOf(2) }])).toEqual([[4, 'a.1']])
})

test('an engine that holds a fence above the ledger is found', async () => {
  expect(await atRest([{ ...held, fence: held.fence + 1 }])).toEqual([[4, 'a.1']])
})

test('rows without rights, claims left at rest, and environment errors are found', async () => {
  await change(db, ['a.2'])
  await enqueue(db, ['a.2'])
  await claimBucket(db, await worker(db, 'host-b'))
  await db.query(`DELETE FROM slip_rights WHERE htid = 'a.2'`)
  await db.query(
    `INSERT INTO slip_errors (target, htid, rev, stage, code, class, message, error_time)
     VALUES ('main', 'a.1', 1, 'index', 'ENGINE_UNAVAILABLE', 'environment', '', CURRENT_TIMESTAMP(6))`,
  )
  expect((await atRest([held])).sort()).toEqual([
    [1, 'a.2'],
    [2, 'host-a'],
    [5, 'a.1'],
  ])
})

test('a change below the watermark that nobody has read is found at any moment, and one above it is not', async () => {
  await change(db, ['a.3'])
  await writeWatermark(db, 'enqueue', 'main', '2000-01-01 00:00:00.000000')
  expect(await running()).toEqual([])
  await writeWatermark(db, 'enqueue', 'main', '2999-01-01 00:00:00.000000')
  expect(await running()).toEqual([[8, 'a.3']])
})

test('a claimed row whose claim is gone is found at any moment', async () => {
  await change(db, ['a.4'])
  await enqueue(db, ['a.4'])
  await claimBucket(db, await worker(db))
  expect(await running()).toEqual([])
  await db.query('DELETE FROM slip_claim')
  expect(await running()).toEqual([[2, 'a.4']])
})

test('a ledger that goes back in rev or fence is found; rev 0 is no going back, for then the engine is asked anew', async () => {
  const before = new Map((await readMarks(db, 'main')).map((mark) => [mark.htid, mark]))
  const backTo = (rev: number, fence: number) => wentBack(before, [{ htid: 'a.1', rev, fence }]).length
  expect([backTo(1, held.fence), backTo(2, held.fence + 1), backTo(0, held.fence)]).toEqual([0, 0, 0])
  expect(backTo(1, held.fence - 1)).toBe(1)
  expect(
    wentBack(new Map([['a.1', { htid: 'a.1', rev: 3, fence: 1 }]]), [{ htid: 'a.1', rev: 2, fence: 1 }]),
  ).toHaveLength(1)
})
