import { describe, expect, test } from 'vitest'
import { reap } from '../../src/state/queue/reap.ts'
import { renew } from '../../src/state/queue/renew.ts'
import { claimBucket, claimItem, errorsOf, expireLeases, later, ledgerRow, queueRow, settleAll } from './fixture.ts'
import { openForFile, state, token } from './opened.ts'

openForFile()

const claims = async () => (await state.db.query('SELECT 1 FROM slip_claim')).length

describe('lease', () => {
  test('renewed is not reaped', async () => {
    const held = await claimItem(state.db, token, 'r.1')
    await expireLeases(state.db)
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
      await claimItem(state.db, token, htid)
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
    await claimItem(state.db, token, 'r.4')
    for (let strike = 1; strike <= 4; strike++) {
      await expireLeases(state.db)
      await state.db.transaction((tx) => reap(tx, 10))
      if (strike < 4) await claimBucket(state.db, token, { lane: 0, shard: 1 })
    }
    expect(await queueRow(state.db, 'r.4')).toBeUndefined()
    expect(await errorsOf(state.db, 'r.4')).toMatchObject([{ resolution: null, rev: 1 }])
    expect(await ledgerRow(state.db, 'r.4')).toMatchObject({ shard: 1, rev: 0 })
  })
})
