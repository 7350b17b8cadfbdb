import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connection } from '../../src/state/connection.ts'
import { fill, filledTables, undone, vacuum } from './filled.ts'
import { change, enqueue, openState, type State, worker } from './fixture.ts'
import { recorded, type Statement } from './recorded.ts'
import { planModes, rowsReadBy, rowsWorked } from './rows-worked.ts'
import { pagesOf, transitionsOf } from './transitions.ts'

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
  for (const table of filledTables) await db.change(`DELETE FROM ${table}`)
  await vacuum(db)
  if (db.dialect === 'postgres')
    for (const table of filledTables) await db.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`)
  await fill(db, items)
  token = await worker(db)
}, 120_000)
afterAll(() => state.close())

test.each([...transitionsOf(sizes), ...pagesOf(sizes)])('%s does no more than its items ask for', async (_, work) => {
  await undone(state.db, async (tx) => {
    if (tx.dialect === 'mysql') expect(await rowsReadBy(tx, () => work(tx))).toBeLessThan(most)
    else expect(await tooMuchOf(tx, work)).toEqual([])
  })
})

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
