import { describe, expect, test } from 'vitest'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { reap } from '../../src/state/queue/reap.ts'
import {
  change,
  claimBucket,
  claimItem,
  digestOf,
  enqueue,
  expireLeases,
  indexed,
  later,
  ledgerRow,
  queueRow,
  settleAll,
  settleInside,
} from './fixture.ts'
import { openForFile, state, token } from './opened.ts'

openForFile()

describe('settle', () => {
  test('writes the ledger and takes the queue row away', async () => {
    await settleAll(state.db, await claimItem(state.db, token, 'x.1', { draw: 1 }))
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
    await settleAll(state.db, await claimItem(state.db, token, 'x.2', { draw: 2 }))
    await change(state.db, ['x.2'], { title: 1 })
    await enqueue(state.db, ['x.2'])
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 2, draw: 1 }))
    expect(await ledgerRow(state.db, 'x.2')).toMatchObject({ shard: 2, rev: 2, indexed_ct: 2 })
  })

  test('makes the row ready again when a request came during the claim of the same rev', async () => {
    const held = await claimItem(state.db, token, 'x.3')
    await state.db.transaction((tx) => requestItems(tx, 'main', ['x.3'], { lane: 'ops', reason: 'request' }))
    expect(await queueRow(state.db, 'x.3')).toMatchObject({ state: 1, claim_token: held.token, gen: 2 })
    await settleAll(state.db, held)
    expect(await queueRow(state.db, 'x.3')).toMatchObject({ state: 0, gen: 2, attempts: 0, shard: 1 })
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
    expect(await queueRow(state.db, 'x.3')).toBeUndefined()
  })

  test('by a reaped claim changes nothing', async () => {
    const zombie = await claimItem(state.db, token, 'x.4')
    await expireLeases(state.db)
    await state.db.transaction((tx) => reap(tx, 10))
    const successor = await claimBucket(state.db, token, { lane: 0, shard: 1 })
    expect(successor.items.length).toBe(1)
    const late = await state.db.transaction((tx) => settleInside(tx, zombie, [indexed('x.4', digestOf(9))]))
    expect(late.size).toBe(0)
    expect(await queueRow(state.db, 'x.4')).toMatchObject({ state: 1, claim_token: successor.token })
    await settleAll(state.db, successor)
    expect(await ledgerRow(state.db, 'x.4')).toMatchObject({ digest: digestOf(1) })
  })

  test('by a claim that still holds others takes nothing of an item it let go of and another has claimed since', async () => {
    await change(state.db, ['x.5', 'x.6'])
    await enqueue(state.db, ['x.5', 'x.6'])
    const held = await claimBucket(state.db, token)
    const settleBy = (digest: string, ...htids: string[]) =>
      state.db.transaction((tx) =>
        settleInside(
          tx,
          held,
          htids.map((htid) => indexed(htid, digest)),
        ),
      )
    await settleBy(digestOf(1), 'x.5')
    await state.db.transaction((tx) => requestItems(tx, 'main', ['x.5'], { lane: 'ops', reason: 'test' }))
    const successor = await claimBucket(state.db, token, { lane: 2, shard: 1 })
    expect(await settleBy(digestOf(9), 'x.5', 'x.6')).toEqual(new Set(['x.6']))
    expect(await queueRow(state.db, 'x.5')).toMatchObject({ state: 1, claim_token: successor.token })
    expect(await ledgerRow(state.db, 'x.5')).toMatchObject({ digest: digestOf(1) })
    await settleAll(state.db, successor)
  })
})

describe('a proven success', () => {
  test('clears strikes and unproven of a suspect whose row stays, and leads it back from lane 0', async () => {
    await claimItem(state.db, token, 'p.1')
    await expireLeases(state.db)
    await state.db.transaction((tx) => reap(tx, 10))
    const held = await claimBucket(state.db, token, { lane: 0, shard: 1 })
    await state.db.transaction((tx) => requestItems(tx, 'main', ['p.1'], { lane: 'ops', reason: 'request' }))
    await settleAll(state.db, held)
    expect(await queueRow(state.db, 'p.1')).toMatchObject({ state: 0, lane: 1, strikes: 0, unproven: false })
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
  })

  test('never lowers the fence of the ledger', async () => {
    const held = await claimItem(state.db, token, 'p.2')
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
    await settleAll(state.db, await claimItem(state.db, token, 'w.1', { draw: 2 }))
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
