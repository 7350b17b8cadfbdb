import { expect, test } from 'vitest'
import { statusOf } from '../../src/state/audit/status.ts'
import { databaseClock } from '../../src/state/clock.ts'
import { applyTarget } from '../../src/state/control/target.ts'
import { writeWatermark } from '../../src/state/control/watermark.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { holdItems } from '../../src/state/queue/hold.ts'
import { change, claimBucket, claimItem, enqueue, failClaim, later, settleAll } from './fixture.ts'
import { openForFile, state, token } from './opened.ts'

openForFile()

const lagOf = async (target: string) => (await statusOf(state.db, 'lag')).find((row) => row.target === target)
const followed = async () => {
  const clock = await databaseClock(state.db)
  await writeWatermark(state.db, 'enqueue', 'main', clock, true)
}

test('every target is told, one that was never followed with all that was changed', async () => {
  await state.db.transaction((tx) =>
    applyTarget(tx, {
      name: 'second',
      engine: 'embedded',
      schemaVersion: 1,
      shards: 1,
      lease: 60_000,
      overlap: 60_000,
    }),
  )
  await change(state.db, ['l.1', 'l.2'])
  const none = { alone: 0, daily: 0, ops: 0, bulk: 0, oldest_ready: null, changed: 0, errors: 0 }
  const unfollowed = { ...none, watermark: null, watermark_seconds: null, unread: 2 }
  expect(await statusOf(state.db, 'lag')).toEqual([
    { target: 'main', state: 'live', ...unfollowed },
    { target: 'second', state: 'live', ...unfollowed },
  ])
})

test('a changed item is unread, then queued, then neither, in this target and in no other', async () => {
  await enqueue(state.db, ['l.1'])
  await followed()
  await change(state.db, ['l.3'])
  expect(await lagOf('main')).toMatchObject({ daily: 1, changed: 1, unread: 1 })
  await enqueue(state.db, ['l.2', 'l.3'])
  const queued = await lagOf('main')
  expect(queued).toMatchObject({ daily: 3, changed: 3, unread: 0, oldest_ready: expect.any(String) })
  expect(queued?.watermark_seconds).toBeGreaterThanOrEqual(0)
  const held = await claimBucket(state.db, token)
  expect(await lagOf('main')).toMatchObject({ daily: 3, changed: 3, unread: 0, oldest_ready: null })
  await settleAll(state.db, held)
  expect(await lagOf('main')).toMatchObject({ daily: 0, changed: 0, unread: 0 })
  expect(await lagOf('second')).toMatchObject({ changed: 0, unread: 3 })
})

test('what is asked for without a change waits in its lane, and is counted as no change', async () => {
  await state.db.transaction((tx) => requestItems(tx, 'main', ['l.1'], { lane: 'ops', reason: 'test' }))
  expect(await lagOf('main')).toMatchObject({ ops: 1, changed: 0, unread: 0 })
})

test('an item that is changed again behind the watermark is counted once, queued or not', async () => {
  await change(state.db, ['l.1'], { title: 1 })
  await change(state.db, ['l.4'])
  await enqueue(state.db, ['l.4'])
  await change(state.db, ['l.4'], { title: 1 })
  // l.1 waits in ops with the revision that is indexed; l.4 with one that is not
  expect(await lagOf('main')).toMatchObject({ changed: 1, unread: 1 })
  await settleAll(state.db, await claimBucket(state.db, token, { lane: 2, shard: 1 }))
  await enqueue(state.db, ['l.1', 'l.4'])
  expect(await lagOf('main')).toMatchObject({ changed: 2, unread: 0 })
  for (const shard of [0, 1]) await settleAll(state.db, await claimBucket(state.db, token, { shard }))
})

test('what is in error is no lag but an error; what is held is lag', async () => {
  await failClaim(state.db, await claimItem(state.db, token, 'l.5'))
  expect(await lagOf('main')).toMatchObject({ changed: 0, unread: 0, errors: 1 })
  await change(state.db, ['l.6'])
  await enqueue(state.db, ['l.6'])
  await state.db.transaction((tx) => holdItems(tx, 'main', ['l.6']))
  expect(await lagOf('main')).toMatchObject({ daily: 1, changed: 1, oldest_ready: null })
})

test('how far a watermark is behind is by the clock of the database', async () => {
  const [row] = await state.db.query<{ time: string }>(`SELECT ${later(state.db, -7_200)} AS time`)
  await writeWatermark(state.db, 'enqueue', 'second', row!.time, true)
  expect((await lagOf('second'))?.watermark_seconds).toBeGreaterThanOrEqual(7_200)
  expect(await lagOf('second')).toMatchObject({ unread: 6, errors: 0 })
})
