import { expect, test } from 'vitest'
import { clockMicroseconds } from '../../../src/state/clock.ts'
import { claimOnce } from '../../../src/state/queue/claim-once.ts'
import { heldUp } from '../held-up.ts'
import { openForFile, other, token } from '../opened.ts'

openForFile()

// On MySQL the clock is asked for by a statement before the one that reads.
test('the bound of an empty bucket is of the time before it was read, however long that took', async () => {
  const bucket = { target: 'main', lane: 1, shard: 0 }
  let before = 0
  const empty = await heldUp(
    () => claimOnce(other, { bucket, worker: token, pid: 1, host: 'host-a', batch: 2, draw: 1, fromSeq: 0 }),
    async (db) => {
      before = await clockMicroseconds(db)
    },
  )
  expect(empty.items).toEqual([])
  expect(empty.lastSeq + 3_000_000).toBeLessThan(before)
})
