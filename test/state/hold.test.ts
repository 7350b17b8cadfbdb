import { expect, test } from 'vitest'
import { delay } from '../../src/state/queue/delay.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { handBack } from '../../src/state/queue/hand-back.ts'
import { holdItems, releaseItems } from '../../src/state/queue/hold.ts'
import { moveDue } from '../../src/state/queue/move-due.ts'
import { reap } from '../../src/state/queue/reap.ts'
import {
  change,
  claimBucket,
  claimItem,
  enqueue,
  exit,
  expireLeases,
  failClaim,
  queueRow,
  settleAll,
} from './fixture.ts'
import { openForFile, state, token } from './opened.ts'

openForFile()

const hold = (...htids: string[]) => state.db.transaction((tx) => holdItems(tx, 'main', htids))
const release = (...htids: string[]) => state.db.transaction((tx) => releaseItems(tx, 'main', htids))
const claimed = (htid: string) => claimItem(state.db, token, htid)
const request = (htid: string) =>
  state.db.transaction((tx) => requestItems(tx, 'main', [htid], { lane: 'ops', reason: 'request' }))

test('ready and delayed rows are held at once, a claimed one at its exit, and what is not queued is unknown', async () => {
  const [one, two, three] = ['a.ready', 'a.delayed', 'a.claimed'] as const
  const held = await claimed(three)
  await change(state.db, [one, two])
  await enqueue(state.db, [one, two])
  await state.db.query(
    `UPDATE slip_queue SET state = 2, available_at = CURRENT_TIMESTAMP(6), attempts = 1 WHERE htid = '${two}'`,
  )
  expect(await hold(three, one, two, 'a.none', one)).toEqual({
    held: [two, one],
    claimed: [three],
    unknown: ['a.none'],
  })
  for (const htid of [one, two]) expect(await queueRow(state.db, htid)).toMatchObject({ state: 3, available_at: null })
  expect(await queueRow(state.db, three)).toMatchObject({ state: 1, claim_token: held.token })
  expect(await state.db.transaction((tx) => moveDue(tx, 10))).toBe(0)
  expect((await claimBucket(state.db, token)).items).toEqual([])
  expect(await hold(one)).toEqual({ held: [one], claimed: [], unknown: [] })
  expect(await release(one, two, three, 'a.none')).toEqual({ released: [three, two, one], unknown: ['a.none'] })
  expect(await queueRow(state.db, two)).toMatchObject({ state: 0, attempts: 1 })
  await settleAll(state.db, held)
  expect(await queueRow(state.db, three)).toBeUndefined()
  await settleAll(state.db, await claimBucket(state.db, token))
})

test('a hold during a claim keeps what would stay: handed back, delayed, reaped, or asked for anew', async () => {
  const exits: [string, (held: Awaited<ReturnType<typeof claimed>>) => Promise<unknown>][] = [
    ['b.back', (held) => exit(state.db, held, (tx) => handBack(tx, held, [{ htid: 'b.back', fence: 0 }]))],
    [
      'b.delay',
      (held) =>
        exit(state.db, held, (tx) =>
          delay(tx, held, [{ htid: 'b.delay', baseMs: 60_000, environment: false, unproven: false, message: 'm' }]),
        ),
    ],
    [
      'b.reap',
      async () => {
        await expireLeases(state.db)
        await state.db.transaction((tx) => reap(tx, 10))
      },
    ],
    [
      'b.settle',
      async (held) => {
        await request('b.settle')
        await settleAll(state.db, held)
      },
    ],
    [
      'b.fail',
      async (held) => {
        await request('b.fail')
        await failClaim(state.db, held)
      },
    ],
    [
      'b.moved',
      async (held) => {
        await request('b.moved')
        await exit(state.db, held, (tx) =>
          delay(tx, held, [{ htid: 'b.moved', baseMs: 1, environment: true, unproven: true, message: 'm' }]),
        )
        expect(await queueRow(state.db, 'b.moved')).toMatchObject({ unproven: true })
      },
    ],
  ]
  for (const [htid, leave] of exits) {
    const held = await claimed(htid)
    await hold(htid)
    await leave(held)
    expect(await queueRow(state.db, htid)).toMatchObject({
      state: 3,
      hold: true,
      claim_token: null,
      available_at: null,
    })
    expect(await release(htid)).toEqual({ released: [htid], unknown: [] })
    expect(await queueRow(state.db, htid)).toMatchObject({ state: 0, hold: false })
    await state.db.query(`DELETE FROM slip_queue WHERE htid = '${htid}'`)
  }
})

test('a hold goes with the row that is settled or ends in error', async () => {
  for (const [htid, leave] of [
    ['c.1', settleAll],
    ['c.2', failClaim],
  ] as const) {
    const held = await claimed(htid)
    await hold(htid)
    await leave(state.db, held)
    expect(await queueRow(state.db, htid)).toBeUndefined()
  }
  await request('c.2')
  expect(await queueRow(state.db, 'c.2')).toMatchObject({ state: 0, hold: false })
  await state.db.query('DELETE FROM slip_queue')
})

test('a new revision or request of a held row leaves it held, and is what is claimed once it is released', async () => {
  await change(state.db, ['d.1'])
  await enqueue(state.db, ['d.1'])
  await state.db.query(`UPDATE slip_queue SET attempts = 2, lane = 3 WHERE htid = 'd.1'`)
  await hold('d.1')
  await change(state.db, ['d.1'], { attr: 8 })
  await enqueue(state.db, ['d.1'])
  expect(await queueRow(state.db, 'd.1')).toMatchObject({
    state: 3,
    rev: 2,
    gen: 2,
    lane: 1,
    attempts: 0,
    action: 'delete',
  })
  await request('d.1')
  expect(await queueRow(state.db, 'd.1')).toMatchObject({ state: 3, rev: 2, gen: 3 })
  await release('d.1')
  const next = await claimBucket(state.db, token)
  expect(next.items).toMatchObject([{ htid: 'd.1', rev: 2, action: 'delete' }])
  await settleAll(state.db, next)
})

test('a hand edit that holds a ready row without its state, or the other way round, is refused', async () => {
  await change(state.db, ['e.1'])
  await enqueue(state.db, ['e.1'])
  for (const set of ['hold = TRUE', 'state = 3'])
    await expect(state.db.query(`UPDATE slip_queue SET ${set} WHERE htid = 'e.1'`)).rejects.toThrow(/slip_queue_hold/)
  await state.db.query('DELETE FROM slip_queue')
})
