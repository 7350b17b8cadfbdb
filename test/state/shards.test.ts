import { afterEach, expect, test } from 'vitest'
import { listShardViews } from '../../src/state/audit/shards.ts'
import { closeShard } from '../../src/state/control/close-shard.ts'
import { openShard } from '../../src/state/control/open-shard.ts'
import { weighShard } from '../../src/state/control/weigh-shard.ts'
import { setAhead } from '../../src/state/restore/shard-state.ts'
import { change, claimBucket, enqueue, later, race, settleAll } from './fixture.ts'
import { openForFile, other, state, token } from './opened.ts'

openForFile()

const one = { target: 'main', shard: 1 }
const open = () => state.db.transaction((tx) => openShard(tx, one))
const close = (reason = 'why') => state.db.transaction((tx) => closeShard(tx, one, reason))
const stored = async () => {
  const sql = `SELECT state, weight, reason, since FROM slip_shard WHERE target = 'main' AND shard = 1`
  return (await state.db.query(sql))[0]
}
const set = (part: string) => state.db.query(`UPDATE slip_shard SET ${part} WHERE target = 'main' AND shard = 1`)
afterEach(() =>
  set(`state = 'open', state_before = NULL, behind_from = NULL, reason = '', weight = 1, adopted_fence = 0`),
)

test.each(['closed', 'full'])('a shard that is %s is opened by a person, and its reason goes', async (before) => {
  await set(`state = '${before}', reason = 'was so', since = ${later(state.db, -3_600)}`)
  const { since } = (await stored())!
  expect(await open()).toEqual({ state: before, weight: 1, reason: 'was so', changed: true })
  const now = await stored()
  expect(now).toMatchObject({ state: 'open', reason: '' })
  expect(now?.since).not.toBe(since)
  expect(await open()).toMatchObject({ state: 'open', changed: false })
  expect(await stored()).toEqual(now)
})

test.each(['open', 'full'])('a shard that is %s is closed by a person, and keeps why', async (before) => {
  await set(`state = '${before}'`)
  expect(await close('disk')).toMatchObject({ state: before, changed: true })
  const first = await stored()
  expect(first).toMatchObject({ state: 'closed', reason: 'disk' })
  expect(await close('older disk')).toMatchObject({ state: 'closed', reason: 'disk', changed: false })
  expect(await stored()).toEqual({ ...first, reason: 'older disk' })
})

test.each([
  ['ahead', 'index adopt'],
  ['behind', 'index repair'],
])('a shard that is %s is neither opened nor closed by hand: %s puts it right', async (is, remedy) => {
  await set(`state = '${is}', state_before = 'closed', reason = 'restored', behind_from = ${later(state.db, -60)}`)
  const before = await stored()
  const refused = {
    code: 'SHARD_SET_BACK',
    message: `shard main/1 is ${is} (restored); first: slipctl ${remedy} main`,
  }
  await expect(open()).rejects.toMatchObject(refused)
  await expect(close()).rejects.toMatchObject(refused)
  expect(await stored()).toEqual(before)
})

test('a shard that is found ahead while a person opens it stays ahead', async () => {
  await set(`state = 'closed'`)
  const found = { shard: 1, fence: 5, marker: 0, reason: 'older' }
  const opening = race(
    state.db,
    (tx) => setAhead(tx, 'main', found),
    () => other.transaction((tx) => openShard(tx, one)),
  )
  await expect(opening).rejects.toMatchObject({ code: 'SHARD_SET_BACK' })
  expect(await stored()).toMatchObject({ state: 'ahead', reason: 'older' })
})

test('a weight is set in any state, and leaves the state alone', async () => {
  await set(`state = 'ahead', state_before = 'open', reason = 'restored'`)
  const before = await stored()
  const weigh = () => state.db.transaction((tx) => weighShard(tx, one, 2.5))
  expect(await weigh()).toMatchObject({ weight: 1, changed: true })
  expect(await weigh()).toMatchObject({ weight: 2.5, changed: false })
  expect(await stored()).toEqual({ ...before, weight: 2.5 })
})

test('a shard that is not there is none to open, close or weigh', async () => {
  const none = { target: 'main', shard: 9 }
  const refused = { code: 'NOT_FOUND', message: 'there is no shard main/9' }
  await expect(state.db.transaction((tx) => openShard(tx, none))).rejects.toMatchObject(refused)
  await expect(state.db.transaction((tx) => closeShard(tx, none, ''))).rejects.toMatchObject(refused)
  await expect(state.db.transaction((tx) => weighShard(tx, none, 1))).rejects.toMatchObject(refused)
})

test('what waits for a shard is counted, whatever its state in the queue, and what suspends it is told', async () => {
  await change(state.db, ['w.1', 'w.2', 'w.3'])
  await enqueue(state.db, ['w.1', 'w.2'])
  await settleAll(state.db, await claimBucket(state.db, token))
  await change(state.db, ['w.1', 'w.2'], { title: 1 })
  await enqueue(state.db, ['w.1', 'w.2', 'w.3'])
  await state.db.query(`UPDATE slip_queue SET state = 3, hold = true WHERE htid = 'w.2'`)
  await state.db.query(
    `INSERT INTO slip_breaker (kind, name, failures, reason, since, next_probe)
     VALUES ('shard', 'main/1', 3, 'no answer', ${later(state.db, 0)}, ${later(state.db, 60)})`,
  )
  expect(await listShardViews(state.db)).toMatchObject([
    { target: 'main', shard: 1, state: 'open', waiting: 2, suspendedFor: 'no answer', markedAt: null },
    { target: 'main', shard: 2, state: 'open', waiting: 0, suspendedFor: null, markedAt: null },
  ])
})
