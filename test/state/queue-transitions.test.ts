import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Claim } from '../../src/state/queue/claim.ts'
import { delay } from '../../src/state/queue/delay.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { closeClaim, lockClaim } from '../../src/state/queue/exit.ts'
import { fail } from '../../src/state/queue/fail.ts'
import { handBack } from '../../src/state/queue/hand-back.ts'
import { moveDue } from '../../src/state/queue/move-due.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { renew } from '../../src/state/queue/renew.ts'
import { retryErrors } from '../../src/state/queue/retry.ts'
import {
  change,
  claimBucket,
  digestOf,
  enqueue,
  indexed,
  later,
  ledgerRow,
  openState,
  queueRow,
  type State,
  settleAll,
  settleInside,
  worker,
} from './fixture.ts'

let state: State
let token: string
beforeAll(async () => {
  state = await openState()
  token = await worker(state.db)
})
afterAll(() => state.close())

const failed = (htid: string) => ({
  htid,
  code: 'METS_MISSING',
  class: 'item' as const,
  message: 'no METS',
  detail: '{}',
})
const failClaim = (held: Claim) =>
  state.db.transaction(async (tx) => {
    await lockClaim(tx, held)
    const ours = await fail(
      tx,
      held,
      held.items.map((item) => failed(item.htid)),
      { worker: token, pid: 1, host: 'host-a' },
    )
    await closeClaim(tx, held)
    return ours
  })
const delayClaim = (held: Claim, environment: boolean) =>
  state.db.transaction(async (tx) => {
    await lockClaim(tx, held)
    await delay(
      tx,
      held,
      held.items.map(({ htid }) => ({ htid, baseMs: 60_000, environment, unproven: false, message: 'm' })),
    )
    await closeClaim(tx, held)
  })
const errorsOf = (htid: string) =>
  state.db.query<{ resolution: string | null; rev: number }>(
    `SELECT resolution, rev FROM slip_errors WHERE htid = '${htid}' ORDER BY id`,
  )
const claims = async () => (await state.db.query('SELECT 1 FROM slip_claim')).length

/** A new item, changed, enqueued and claimed. */
async function claimed(htid: string, options: Parameters<typeof claimBucket>[2] = {}) {
  await change(state.db, [htid])
  await enqueue(state.db, [htid])
  return claimBucket(state.db, token, options)
}

describe('claim', () => {
  test('takes the rows of its bucket in seq order, draws the shard, counts the attempt and leaves a lease', async () => {
    await change(state.db, ['c.3', 'c.1', 'c.2'])
    await enqueue(state.db, ['c.3', 'c.1', 'c.2'])
    const held = await claimBucket(state.db, token, { draw: 2, batch: 2 })
    expect(held.items.map((item) => item.htid)).toEqual(['c.1', 'c.2'])
    expect(held.items.every((item) => item.shard === 2 && item.attempts === 1)).toBe(true)
    expect(held.fence).toBeGreaterThan(1.7e15)
    const aboutAMinute = `lease_until > ${later(state.db, 50)} AND lease_until <= ${later(state.db, 60)}`
    expect(
      await state.db.query(`SELECT lane, shard FROM slip_claim WHERE token = '${held.token}' AND ${aboutAMinute}`),
    ).toEqual([{ lane: 1, shard: 0 }])
    expect((await settleAll(state.db, held)).size).toBe(2)
    await settleAll(state.db, await claimBucket(state.db, token))
    expect(await claims()).toBe(0)
  })

  test('by an expired worker takes nothing', async () => {
    const expired = await worker(state.db)
    await state.db.query(`UPDATE slip_worker SET expired_at = ${later(state.db, 0)} WHERE token = '${expired}'`)
    await change(state.db, ['e.1'])
    await enqueue(state.db, ['e.1'])
    expect((await claimBucket(state.db, expired)).items).toEqual([])
    await settleAll(state.db, await claimBucket(state.db, token))
  })

  test('puts a row whose ledger names another shard into its true bucket and leaves it ready', async () => {
    await settleAll(state.db, await claimed('s.1', { draw: 2 }))
    await change(state.db, ['s.1'], { title: 1 })
    await enqueue(state.db, ['s.1'])
    await state.db.query(`UPDATE slip_queue SET shard = 0 WHERE htid = 's.1'`)
    const wrong = await claimBucket(state.db, token, { draw: 1 })
    expect([wrong.items.length, wrong.corrected]).toEqual([0, 1])
    expect(await queueRow(state.db, 's.1')).toMatchObject({ state: 0, shard: 2, attempts: 0 })
    const right = await claimBucket(state.db, token, { shard: 2 })
    expect(right.items).toMatchObject([{ htid: 's.1', shard: 2 }])
    await settleAll(state.db, right)
  })

  test('draws a fence above every fence known of its rows, whatever the clock says', async () => {
    await settleAll(state.db, await claimed('f.1'))
    const future = 9_000_000_000_000_000
    await state.db.query(`UPDATE slip_indexed SET fence = ${future} WHERE htid = 'f.1'`)
    await change(state.db, ['f.1'], { title: 1 })
    await enqueue(state.db, ['f.1'])
    const held = await claimBucket(state.db, token, { shard: 1 })
    expect(held.fence).toBe(future + 1)
    await settleAll(state.db, held)
  })

  test('draws no shard for the delete of an item that is in none', async () => {
    await change(state.db, ['d.1'], { attr: 8 })
    await enqueue(state.db, ['d.1'])
    const held = await claimBucket(state.db, token, { draw: 2 })
    expect(held.items).toMatchObject([{ htid: 'd.1', action: 'delete', shard: 0 }])
    await settleAll(state.db, held)
    expect(await ledgerRow(state.db, 'd.1')).toMatchObject({ presence: 'absent', shard: 0, rev: 1 })
  })

  test('of lane 0 takes one row', async () => {
    await change(state.db, ['l.1', 'l.2'])
    await enqueue(state.db, ['l.1', 'l.2'])
    await state.db.query(`UPDATE slip_queue SET lane = 0 WHERE htid IN ('l.1', 'l.2')`)
    const one = await claimBucket(state.db, token, { lane: 0 })
    expect(one.items.length).toBe(1)
    await settleAll(state.db, one)
    await settleAll(state.db, await claimBucket(state.db, token, { lane: 0 }))
  })
})

describe('settle', () => {
  test('writes the ledger and takes the queue row away', async () => {
    await settleAll(state.db, await claimed('x.1', { draw: 1 }))
    expect(await queueRow(state.db, 'x.1')).toBeUndefined()
    expect(await ledgerRow(state.db, 'x.1')).toMatchObject({
      shard: 1,
      rev: 1,
      presence: 'indexed',
      digest: digestOf(1),
      indexed_ct: 1,
    })
  })

  test('keeps the shard and counts again when the item is indexed a second time', async () => {
    await settleAll(state.db, await claimed('x.2', { draw: 2 }))
    await change(state.db, ['x.2'], { title: 1 })
    await enqueue(state.db, ['x.2'])
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 2, draw: 1 }))
    expect(await ledgerRow(state.db, 'x.2')).toMatchObject({ shard: 2, rev: 2, indexed_ct: 2 })
  })

  test('makes the row ready again when a request came during the claim of the same rev', async () => {
    const held = await claimed('x.3')
    await state.db.transaction((tx) => requestItems(tx, 'main', ['x.3'], { lane: 'ops', reason: 'request' }))
    expect(await queueRow(state.db, 'x.3')).toMatchObject({ state: 1, claim_token: held.token, gen: 2 })
    await settleAll(state.db, held)
    expect(await queueRow(state.db, 'x.3')).toMatchObject({ state: 0, gen: 2, attempts: 0, shard: 1 })
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
    expect(await queueRow(state.db, 'x.3')).toBeUndefined()
  })

  test('by a reaped claim changes nothing', async () => {
    const zombie = await claimed('x.4')
    await state.db.query(`UPDATE slip_claim SET lease_until = ${later(state.db, -1)}`)
    await state.db.transaction((tx) => reap(tx, 10))
    const successor = await claimBucket(state.db, token, { lane: 0, shard: 1 })
    expect(successor.items.length).toBe(1)
    const late = await state.db.transaction((tx) => settleInside(tx, zombie, [indexed('x.4', digestOf(9))]))
    expect(late.size).toBe(0)
    expect(await queueRow(state.db, 'x.4')).toMatchObject({ state: 1, claim_token: successor.token })
    await settleAll(state.db, successor)
    expect(await ledgerRow(state.db, 'x.4')).toMatchObject({ digest: digestOf(1) })
  })
})

describe('a proven success', () => {
  test('clears strikes and unproven of a suspect whose row stays, and leads it back from lane 0', async () => {
    await claimed('p.1')
    await state.db.query(`UPDATE slip_claim SET lease_until = ${later(state.db, -1)}`)
    await state.db.transaction((tx) => reap(tx, 10))
    const held = await claimBucket(state.db, token, { lane: 0, shard: 1 })
    await state.db.transaction((tx) => requestItems(tx, 'main', ['p.1'], { lane: 'ops', reason: 'request' }))
    await settleAll(state.db, held)
    expect(await queueRow(state.db, 'p.1')).toMatchObject({ state: 0, lane: 1, strikes: 0, unproven: false })
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
  })

  test('never lowers the fence of the ledger', async () => {
    const held = await claimed('p.2')
    await settleAll(state.db, held)
    await state.db.query(`UPDATE slip_indexed SET fence = fence + 1000000000 WHERE htid = 'p.2'`)
    await change(state.db, ['p.2'], { title: 1 })
    await enqueue(state.db, ['p.2'])
    const again = await claimBucket(state.db, token, { shard: 1 })
    await state.db.query(`UPDATE slip_indexed SET fence = fence + 1000000000 WHERE htid = 'p.2'`)
    await settleAll(state.db, again)
    expect((await ledgerRow(state.db, 'p.2'))?.fence).toBeGreaterThan(again.fence)
  })

  test('of a delete that knew no shard keeps the shard the ledger knows', async () => {
    await change(state.db, ['p.3'], { attr: 8 })
    await enqueue(state.db, ['p.3'])
    const held = await claimBucket(state.db, token)
    expect(held.items).toMatchObject([{ htid: 'p.3', shard: 0 }])
    await state.db.query(
      `INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, time) VALUES ('main', 'p.3', 2, 0, 0, 'absent', ${later(state.db, 0)})`,
    )
    await settleAll(state.db, held)
    expect(await ledgerRow(state.db, 'p.3')).toMatchObject({ shard: 2, presence: 'absent', rev: 1 })
  })
})

describe('delete', () => {
  test('sweep twice queues nothing again, and a re-add comes back to the same shard', async () => {
    await settleAll(state.db, await claimed('w.1', { draw: 2 }))
    await change(state.db, ['w.1'], { withdrawn: true })
    expect(await enqueue(state.db, ['w.1'])).toBe(1)
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 2 }))
    expect(await ledgerRow(state.db, 'w.1')).toMatchObject({ presence: 'absent', shard: 2, rev: 2 })
    expect(await enqueue(state.db, ['w.1'])).toBe(0)
    expect(await enqueue(state.db, ['w.1'])).toBe(0)
    await change(state.db, ['w.1'])
    expect(await enqueue(state.db, ['w.1'])).toBe(1)
    const back = await claimBucket(state.db, token, { shard: 2, draw: 1 })
    expect(back.items).toMatchObject([{ htid: 'w.1', action: 'index', shard: 2 }])
    await settleAll(state.db, back)
  })
})

describe('delay', () => {
  test('of an item error keeps the attempt and waits; the mover makes the row ready when due', async () => {
    await delayClaim(await claimed('y.1'), false)
    expect(await queueRow(state.db, 'y.1')).toMatchObject({ state: 2, attempts: 1 })
    expect(await state.db.transaction((tx) => moveDue(tx, 10))).toBe(0)
    await state.db.query(`UPDATE slip_queue SET available_at = ${later(state.db, 0)} WHERE htid = 'y.1'`)
    expect(await state.db.transaction((tx) => moveDue(tx, 10))).toBe(1)
    const again = await claimBucket(state.db, token, { shard: 1 })
    expect(again.items).toMatchObject([{ htid: 'y.1', attempts: 2 }])
    await settleAll(state.db, again)
  })

  test('of an environment error gives the attempt back', async () => {
    await delayClaim(await claimed('y.2'), true)
    expect(await queueRow(state.db, 'y.2')).toMatchObject({ state: 2, attempts: 0 })
    await state.db.query(`DELETE FROM slip_queue WHERE htid = 'y.2'`)
  })

  test('after a post without an answer marks the row unproven, and a later delay does not unmark it', async () => {
    for (const unproven of [true, false]) {
      const held = unproven ? await claimed('y.6') : await claimBucket(state.db, token, { shard: 1 })
      await state.db.transaction(async (tx) => {
        await lockClaim(tx, held)
        await delay(tx, held, [{ htid: 'y.6', baseMs: 1, environment: true, unproven, message: 'm' }])
        await closeClaim(tx, held)
      })
      expect(await queueRow(state.db, 'y.6')).toMatchObject({ state: 2, unproven: true })
      await state.db.query(`UPDATE slip_queue SET available_at = ${later(state.db, 0)} WHERE htid = 'y.6'`)
      await state.db.transaction((tx) => moveDue(tx, 10))
    }
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
  })

  test('further away than the longest back-off is due at once: the clock was set back', async () => {
    await delayClaim(await claimed('y.3'), false)
    await state.db.query(`UPDATE slip_queue SET available_at = ${later(state.db, 259_200)} WHERE htid = 'y.3'`)
    expect(await state.db.transaction((tx) => moveDue(tx, 10))).toBe(1)
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
  })

  test('is ended by a new revision, with all attempts back', async () => {
    await delayClaim(await claimed('y.4'), false)
    await change(state.db, ['y.4'], { title: 5 })
    await enqueue(state.db, ['y.4'])
    expect(await queueRow(state.db, 'y.4')).toMatchObject({ state: 0, attempts: 0, rev: 2, gen: 2 })
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
  })

  test('grows with the attempts: base times two to the power of those before, between a half and one and a half', async () => {
    const held = await claimed('y.5')
    await state.db.query(`UPDATE slip_queue SET attempts = 4 WHERE htid = 'y.5'`)
    await delayClaim(held, false)
    const from4To12Minutes = `available_at > ${later(state.db, 235)} AND available_at <= ${later(state.db, 720)}`
    expect(await state.db.query(`SELECT 1 FROM slip_queue WHERE htid = 'y.5' AND ${from4To12Minutes}`)).toHaveLength(1)
    await state.db.query(`DELETE FROM slip_queue WHERE htid = 'y.5'`)
  })
})

describe('fail', () => {
  test('after an applied post keeps shard and fence in the ledger, so that the retry goes to the same shard', async () => {
    const held = await claimed('z.1', { draw: 2 })
    await failClaim(held)
    expect(await queueRow(state.db, 'z.1')).toBeUndefined()
    expect(await ledgerRow(state.db, 'z.1')).toMatchObject({ shard: 2, rev: 0, fence: held.fence, presence: 'absent' })
    expect(await enqueue(state.db, ['z.1'])).toBe(0)
    const retried = await state.db.transaction((tx) => retryErrors(tx, { htids: ['z.1'] }))
    expect(retried.get('main')).toEqual(['z.1'])
    const again = await claimBucket(state.db, token, { lane: 2, shard: 2, draw: 1 })
    expect(again.items).toMatchObject([{ htid: 'z.1', shard: 2 }])
    expect(again.fence).toBeGreaterThan(held.fence)
    await settleAll(state.db, again)
    expect(await errorsOf('z.1')).toEqual([{ resolution: 'fixed', rev: 1 }])
  })

  test('again leaves one unresolved error; the older one is superseded', async () => {
    await failClaim(await claimed('z.2'))
    await state.db.transaction((tx) => retryErrors(tx, { code: 'METS_MISSING' }))
    await failClaim(await claimBucket(state.db, token, { lane: 2, shard: 1 }))
    expect(await errorsOf('z.2')).toEqual([
      { resolution: 'superseded', rev: 1 },
      { resolution: null, rev: 1 },
    ])
  })

  test('writes no error when a request came during the claim', async () => {
    const held = await claimed('z.3')
    await state.db.transaction((tx) => requestItems(tx, 'main', ['z.3'], { lane: 'ops', reason: 'request' }))
    await failClaim(held)
    expect(await errorsOf('z.3')).toEqual([])
    expect(await queueRow(state.db, 'z.3')).toMatchObject({ state: 0, attempts: 0 })
    await settleAll(state.db, await claimBucket(state.db, token, { lane: 1, shard: 1 }))
  })

  test('keeps the old revision in the ledger of an item that was indexed before', async () => {
    await settleAll(state.db, await claimed('z.4'))
    await change(state.db, ['z.4'], { title: 3 })
    await enqueue(state.db, ['z.4'])
    await failClaim(await claimBucket(state.db, token, { shard: 1 }))
    expect(await ledgerRow(state.db, 'z.4')).toMatchObject({ rev: 1, presence: 'indexed' })
  })
})

describe('hand back', () => {
  test('gives the attempt back and raises the fence above the engine', async () => {
    const held = await claimed('h.1')
    await state.db.transaction(async (tx) => {
      await lockClaim(tx, held)
      await handBack(tx, held, [{ htid: 'h.1', fence: held.fence + 500 }])
      await closeClaim(tx, held)
    })
    expect(await queueRow(state.db, 'h.1')).toMatchObject({ state: 0, attempts: 0, fence: held.fence + 500 })
    const next = await claimBucket(state.db, token, { shard: 1 })
    expect(next.fence).toBeGreaterThan(held.fence + 500)
    await settleAll(state.db, next)
    expect(await claims()).toBe(0)
  })
})

describe('lease', () => {
  test('renewed is not reaped', async () => {
    const held = await claimed('r.1')
    await state.db.query(`UPDATE slip_claim SET lease_until = ${later(state.db, -1)}`)
    expect([...(await renew(state.db, [held.token]))]).toEqual([held.token])
    expect(await state.db.transaction((tx) => reap(tx, 10))).toBe(0)
    await settleAll(state.db, held)
    expect((await renew(state.db, [held.token])).size).toBe(0)
  })

  test('expired or further away than two leases is reaped: attempt back, a strike, unproven, lane 0', async () => {
    for (const [htid, shift] of [
      ['r.2', -1],
      ['r.3', 180],
    ] as const) {
      await claimed(htid)
      await state.db.query(`UPDATE slip_claim SET lease_until = ${later(state.db, shift)}`)
      expect(await state.db.transaction((tx) => reap(tx, 10))).toBe(1)
      expect(await queueRow(state.db, htid)).toMatchObject({
        state: 0,
        lane: 0,
        attempts: 0,
        strikes: 1,
        unproven: true,
        shard: 1,
      })
      expect(await claims()).toBe(0)
      await settleAll(state.db, await claimBucket(state.db, token, { lane: 0, shard: 1 }))
    }
  })

  test('lost four times is error LEASE_LOST', async () => {
    await claimed('r.4')
    for (let strike = 1; strike <= 4; strike++) {
      await state.db.query(`UPDATE slip_claim SET lease_until = ${later(state.db, -1)}`)
      await state.db.transaction((tx) => reap(tx, 10))
      if (strike < 4) await claimBucket(state.db, token, { lane: 0, shard: 1 })
    }
    expect(await queueRow(state.db, 'r.4')).toBeUndefined()
    expect(await errorsOf('r.4')).toEqual([{ resolution: null, rev: 1 }])
    expect(await ledgerRow(state.db, 'r.4')).toMatchObject({ shard: 1, rev: 0 })
  })
})

describe('keys', () => {
  test('ids that differ only in case are two items; blanks and non-ASCII are refused', async () => {
    await change(state.db, ['k.Aa', 'k.aA', `k.q'"%_\\:/`, `k.${'x'.repeat(253)}`])
    expect(await enqueue(state.db, ['k.Aa', 'k.aA', `k.q'"%_\\:/`, `k.${'x'.repeat(253)}`])).toBe(4)
    await expect(change(state.db, ['k. '])).rejects.toThrow(/slip_rights_htid_check/)
    // MariaDB does not even compare it with an id
    await expect(change(state.db, ['k.ä'])).rejects.toThrow(/slip_rights_htid_check|ascii_bin/)
  })

  test('a hand-edited claim without a token is refused by the database', async () => {
    await expect(state.db.query(`UPDATE slip_queue SET state = 1 WHERE htid = 'k.Aa'`)).rejects.toThrow(
      /slip_queue_claim/,
    )
  })
})
