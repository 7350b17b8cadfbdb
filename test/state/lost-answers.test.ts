import { afterAll, beforeAll, expect, test } from 'vitest'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { Claimer } from '../../src/indexer/claimer.ts'
import type { Database } from '../../src/state/connection.ts'
import { openDatabase } from '../../src/state/database.ts'
import { retryErrors } from '../../src/state/queue/retry.ts'
import { change, enqueue, later, ledgerRow, openState, queueRow, type State, settleAll, worker } from './fixture.ts'
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

test('a settle whose COMMIT was not answered has settled once', async () => {
  await change(state.db, ['b.1'])
  await enqueue(state.db, ['b.1'])
  const held = await new Claimer(state.db, token, target, { batch: 2, shares: { daily: 5, ops: 2, bulk: 1 } }).next(
    await Pauses.read(state.db),
  )
  await unheard(() => settleAll(lossy, held!))
  expect(await queueRow(state.db, 'b.1')).toBeUndefined()
  expect(await ledgerRow(state.db, 'b.1')).toMatchObject({ rev: 1, indexed_ct: 1 })
})

test('a retry whose COMMIT was not answered asks once more at most: one row', async () => {
  await change(state.db, ['c.1'])
  await state.db.query(
    `INSERT INTO slip_errors (target, htid, rev, stage, code, class, message, error_time)
     VALUES ('main', 'c.1', 1, 'index', 'METS_MISSING', 'item', 'gone', ${later(state.db, 0)})`,
  )
  await unheard(() => lossy.transaction((tx) => retryErrors(tx, { htids: ['c.1'] })))
  expect(await queueRow(state.db, 'c.1')).toMatchObject({ state: 0, rev: 1 })
  expect(await state.db.query(`SELECT 1 FROM slip_errors WHERE htid = 'c.1'`)).toHaveLength(1)
})
