import { beforeEach, expect, test } from 'vitest'
import { countExpirable, expireErrors } from '../../src/state/audit/expire-errors.ts'
import { verifyTarget } from '../../src/state/audit/verify.ts'
import { change, later } from './fixture.ts'
import { openForFile, state } from './opened.ts'

openForFile()

beforeEach(async () => {
  for (const table of ['slip_errors', 'slip_indexed', 'slip_rights']) await state.db.query(`DELETE FROM ${table}`)
})

const day = 86_400
const olderThanMs = 90 * day * 1_000

/** An error of rev 2, resolved `days` ago, its item's ledger at `ledgerRev` where it has one. */
async function resolved(htid: string, resolution: string, days: number, ledgerRev?: number): Promise<void> {
  const { db } = state
  await db.query(
    `INSERT INTO slip_errors (target, htid, rev, stage, code, class, message, error_time, resolved_at, resolution)
     VALUES ('main', '${htid}', 2, 'index', 'METS_MISSING', 'item', 'gone', ${later(db, -100 * day)},
             ${later(db, -days * day)}, '${resolution}')`,
  )
  if (ledgerRev === undefined) return
  await db.query(
    `INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, time)
     VALUES ('main', '${htid}', 1, ${ledgerRev}, 1, 'absent', ${later(db, 0)})`,
  )
}

const page = (after = 0, size = 100) => state.db.transaction((tx) => expireErrors(tx, { olderThanMs, after, size }))
const expire = async () => (await page()).deleted
const left = async () =>
  (await state.db.query<{ htid: string }>('SELECT htid FROM slip_errors ORDER BY htid')).map(({ htid }) => htid)

test('fixed and superseded errors go when they were resolved long enough ago, and no others', async () => {
  await resolved('e.fixed-long', 'fixed', 91)
  await resolved('e.fixed-lately', 'fixed', 89)
  await resolved('e.superseded-long', 'superseded', 91)
  await state.db.query(
    `INSERT INTO slip_errors (target, htid, rev, stage, code, class, message, error_time)
     VALUES ('main', 'e.unresolved', 2, 'index', 'METS_MISSING', 'item', 'gone', ${later(state.db, -1000 * day)})`,
  )
  expect(await countExpirable(state.db, olderThanMs)).toBe(2)
  expect(await expire()).toBe(2)
  expect(await left()).toEqual(['e.fixed-lately', 'e.unresolved'])
})

test('a skipped or purged error goes only when the ledger has passed its rev', async () => {
  for (const resolution of ['skipped', 'purged']) {
    await resolved(`e.${resolution}-past`, resolution, 91, 3)
    await resolved(`e.${resolution}-same`, resolution, 91, 2)
    await resolved(`e.${resolution}-never`, resolution, 91, 0)
    await resolved(`e.${resolution}-unknown`, resolution, 91)
  }
  expect(await expire()).toBe(2)
  expect((await left()).filter((htid) => htid.endsWith('past'))).toEqual([])
  expect(await left()).toHaveLength(6)
})

test('what expires never lets the sweep enqueue a skipped item again', async () => {
  await change(state.db, ['e.1'])
  await change(state.db, ['e.1'], { title: 1 })
  await resolved('e.1', 'skipped', 91, 0)
  await expire()
  expect(await verifyTarget(state.db, 'main', '', 10)).toEqual([])
})

test('a walk by pages meets every error once, and ends', async () => {
  for (const days of [91, 1, 95, 93, 2, 94]) await resolved(`e.${days}`, 'fixed', days)
  const deleted: number[] = []
  for (let after: number | null = 0; after !== null; ) {
    const done: Awaited<ReturnType<typeof page>> = await page(after, 2)
    deleted.push(done.deleted)
    after = done.next
  }
  expect(deleted).toEqual([1, 2, 1, 0])
  expect(await left()).toEqual(['e.1', 'e.2'])
})
