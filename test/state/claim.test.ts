import { describe, expect, test } from 'vitest'
import { change, claimBucket, claimItem, enqueue, later, ledgerRow, queueRow, settleAll, worker } from './fixture.ts'
import { openForFile, state, token } from './opened.ts'

openForFile()

const claims = async () => (await state.db.query('SELECT 1 FROM slip_claim')).length

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
    await settleAll(state.db, await claimItem(state.db, token, 's.1', { draw: 2 }))
    await change(state.db, ['s.1'], { title: 1 })
    await enqueue(state.db, ['s.1'])
    await state.db.query(`UPDATE slip_queue SET shard = 0 WHERE htid = 's.1'`)
    const wrong = await claimBucket(state.db, token, { draw: 1 })
    expect([wrong.items.length, wrong.passed]).toEqual([0, 1])
    expect(await queueRow(state.db, 's.1')).toMatchObject({ state: 0, shard: 2, attempts: 0 })
    const right = await claimBucket(state.db, token, { shard: 2 })
    expect(right.items).toMatchObject([{ htid: 's.1', shard: 2 }])
    await settleAll(state.db, right)
  })

  test('draws a fence above every fence known of its rows, whatever the clock says', async () => {
    await settleAll(state.db, await claimItem(state.db, token, 'f.1'))
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
