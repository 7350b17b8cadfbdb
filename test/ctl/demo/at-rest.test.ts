import { expect, test } from 'vitest'
import type { Config } from '../../../src/config/load.ts'
import { untilAtRest } from '../../../src/ctl/demo/at-rest.ts'
import type { Connection } from '../../../src/state/connection.ts'
import { change, enqueue } from '../../state/fixture.ts'
import { openForFile, state } from '../../state/opened.ts'

openForFile()

const config = { sources: {}, baseDir: '/' } as unknown as Config

/** Rounds asked until it says at rest, or stopped after three. */
async function rounds(db: Connection): Promise<number> {
  const stop = new AbortController()
  let n = 0
  const show = () => {
    if (++n > 3) stop.abort()
  }
  const nothing = () => undefined
  const watching = { db, config, target: 'main', since: '', stop: stop.signal, show, paused: nothing }
  await untilAtRest({ ...watching, assertRunning: nothing })
  return n
}

test('a library without items is at rest', async () => {
  expect(await rounds(state.db)).toBe(1)
})

test.for([1, 2, 3, 4])('what slip-enqueue takes up after question %i is not taken for done', async (after) => {
  await state.db.query('DELETE FROM slip_queue')
  await change(state.db, ['a.1'])
  let asked = 0
  const db: Connection = {
    dialect: state.db.dialect,
    change: (sql, values) => state.db.change(sql, values),
    query: async <Row>(sql: string, values?: readonly unknown[]) => {
      const rows = await state.db.query<Row>(sql, values)
      if (++asked === after) await enqueue(state.db, ['a.1'])
      return rows
    },
  }
  expect(await rounds(db)).toBe(4)
})
