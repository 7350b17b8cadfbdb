import { expect, test } from 'vitest'
import { change, enqueue, queueRow } from './fixture.ts'
import { openForFile, state } from './opened.ts'

openForFile()

test('a new revision of a row that became ready after a back-off has all its attempts', async () => {
  await change(state.db, ['t.1'])
  await enqueue(state.db, ['t.1'])
  await state.db.query(`UPDATE slip_queue SET attempts = 2 WHERE htid = 't.1'`)
  await enqueue(state.db, ['t.1'])
  expect(await queueRow(state.db, 't.1')).toMatchObject({ attempts: 2, gen: 1 })
  await change(state.db, ['t.1'], { title: 1 })
  await enqueue(state.db, ['t.1'])
  expect(await queueRow(state.db, 't.1')).toMatchObject({ attempts: 0, gen: 2 })
})
