import { expect, test } from 'vitest'
import { findPendingRecords, type PendingRecord, takePendingRecords } from '../../src/state/records/pending-records.ts'
import { removeRecords, upsertRecords } from '../../src/state/records/upsert-records.ts'
import { digestOf } from './fixture.ts'
import { openForFile, state } from './opened.ts'

openForFile()

const record = (recordId: string, content = 0) => ({
  recordId,
  data: `{"content":${content}}`,
  digest: digestOf(content),
  items: 1,
})
const upsert = (...records: ReturnType<typeof record>[]) =>
  state.db.transaction((tx) => upsertRecords(tx, 'catalogue', records))
const take = (records: readonly PendingRecord[]) => state.db.transaction((tx) => takePendingRecords(tx, records))
const idsOf = (records: readonly PendingRecord[]) => records.map(({ recordId }) => recordId)

test('records that are as they were are neither changed nor locked', async () => {
  await upsert(record('same'), record('other'))
  await take(await findPendingRecords(state.db, 10))
  await state.db.transaction(async (tx) => {
    expect(await upsertRecords(tx, 'catalogue', [record('same'), record('other', 1)])).toEqual(new Set(['other']))
    const free = `SELECT record_id FROM slip_record WHERE record_id = 'same' FOR UPDATE`
    await state.db.transaction(async (another) => {
      expect(await another.query(`${free} NOWAIT`)).toEqual([{ record_id: 'same' }])
    })
  })
  expect(idsOf(await findPendingRecords(state.db, 10))).toEqual(['other'])
  await take(await findPendingRecords(state.db, 10))
})

test('pending records come a block at a time behind the last one, those that are gone after the others', async () => {
  await upsert(...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => record(id, 2)))
  await state.db.transaction((tx) => removeRecords(tx, ['b', 'c', 'e']))
  const blocks: string[][] = []
  for (let last: PendingRecord | undefined, size = 2; size === 2; ) {
    const block: PendingRecord[] = await findPendingRecords(state.db, 2, last)
    blocks.push(idsOf(block))
    last = block.at(-1)
    size = block.length
  }
  expect(blocks).toEqual([['a', 'd'], ['f', 'g'], ['b', 'c'], ['e']])
})
