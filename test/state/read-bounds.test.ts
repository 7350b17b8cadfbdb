import { expect, test } from 'vitest'
import { ReadBounds } from '../../src/indexer/read-bounds.ts'
import { claimOnce } from '../../src/state/queue/claim-once.ts'
import { handBack } from '../../src/state/queue/hand-back.ts'
import { change, enqueue, exit } from './fixture.ts'
import { openForFile, state, token } from './opened.ts'

openForFile()

const bucket = { target: 'main', lane: 1, shard: 1 }

test('what came back below the bound of a bucket that never empties is claimed in the next round', async () => {
  let now = 0
  const bounds = new ReadBounds(() => now)
  const next = () =>
    bounds.claim('1/1', (fromSeq) =>
      claimOnce(state.db, { bucket, worker: token, pid: 1, host: 'host-a', batch: 2, draw: 1, fromSeq }),
    )
  const htids = Array.from({ length: 8 }, (_, index) => `a.${index}`)
  for (const htid of htids) {
    await change(state.db, [htid])
    await enqueue(state.db, [htid])
  }
  await state.db.query('UPDATE slip_queue SET shard = 1')
  const first = await next()
  expect(first.items.map(({ htid }) => htid)).toEqual(['a.0', 'a.1'])
  const returned = first.items.map(({ htid }) => ({ htid, fence: 0 }))
  await exit(state.db, first, (tx) => handBack(tx, first, returned))
  expect((await next()).items.map(({ htid }) => htid)).toEqual(['a.1', 'a.2'])
  now += 3_000
  expect((await next()).items.map(({ htid }) => htid)).toEqual(['a.0', 'a.3'])
  expect((await next()).items.map(({ htid }) => htid)).toEqual(['a.4', 'a.5'])
})
