import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connection } from '../../src/state/connection.ts'
import { findPendingRecords, takePendingRecords } from '../../src/state/records/pending-records.ts'
import { judgePage, noteSeen } from '../../src/state/records/seen-records.ts'
import { removeRecords, upsertRecords } from '../../src/state/records/upsert-records.ts'
import { fill, filledTables, fillRecords, htidOf, recordTables, undone, vacuum } from './filled.ts'
import { change, enqueue, openState, type State, worker } from './fixture.ts'
import { recorded, type Statement } from './recorded.ts'
import { planModes, rowsReadBy, rowsWorked } from './rows-worked.ts'
import { pagesOf, type Transition, transitionsOf } from './transitions.ts'

// A queue is empty most of the time, and a vacuum finds it so. What comes next comes by the ten thousand, and the server
// goes by what it knew, one row a table, until it looks again.

const batch = 250
const items = 20_000
const sizes = { token: () => token, batch, page: batch, items }
/** Rows that the steps of a plan handle: fewer than the table has. */
const most = 60 * batch

let state: State
let token = ''
beforeAll(async () => {
  state = await openState()
  const { db } = state
  await change(db, ['a.1'])
  await enqueue(db, ['a.1'])
  await db.transaction((tx) => upsertRecords(tx, 'a', [record(0)]))
  await db.transaction((tx) => noteSeen(tx, 'a', [seen(0)], []))
  const tables = [...filledTables, ...recordTables]
  for (const table of tables) await db.change(`DELETE FROM ${table}`)
  await vacuum(db, tables)
  if (db.dialect === 'postgres')
    for (const table of tables) await db.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`)
  await fill(db, items)
  await fillRecords(db, items)
  token = await worker(db)
}, 120_000)
afterAll(() => state.close())

const digest = '0'.repeat(31).concat('x')
const record = (n: number) => ({ recordId: htidOf(n), data: '{}', digest, items: 1 })
const seen = (n: number) => ({ recordId: htidOf(n), digest, htids: [htidOf(n)] })
const some = Array.from({ length: batch }, (_, at) => at * (items / batch - 1))

const ofRecords: Transition[] = [
  ['a block of records', (tx) => upsertRecords(tx, 'a', some.map(record))],
  ['records that are gone', (tx) => removeRecords(tx, some.map(htidOf))],
  ['a block of pending records', async (tx) => takePendingRecords(tx, await findPendingRecords(tx, batch))],
  ['what a pass has seen', (tx) => noteSeen(tx, 'a', some.map(seen), [])],
  [
    'a page of a pass that looks for what vanished',
    (tx) => judgePage(tx, 'a', { since: '2030-01-01', after: htidOf(0), size: batch }),
  ],
]

test.each([...transitionsOf(sizes), ...pagesOf(sizes), ...ofRecords])(
  '%s does no more than its items ask for',
  async (_, work) => {
    await undone(state.db, async (tx) => {
      if (tx.dialect === 'mysql') expect(await rowsReadBy(tx, () => work(tx))).toBeLessThan(most)
      else expect(await tooMuchOf(tx, work)).toEqual([])
    })
  },
)

async function tooMuchOf(tx: Connection, work: (tx: Connection) => Promise<unknown>) {
  const found: { sql: string; mode: string; rows: number }[] = []
  const count = async (statement: Statement) => {
    if (statement.values.length === 0) return
    for (const mode of planModes) {
      const rows = await rowsWorked(tx, statement, mode)
      if (rows > most) found.push({ sql: statement.sql, mode, rows })
    }
  }
  await work(recorded(tx, { onStatement: count }))
  return found
}
