import { describe, expect, test } from 'vitest'
import { handBack } from '../../src/state/queue/hand-back.ts'
import { claimBucket, claimItem, exit, queueRow, settleAll } from './fixture.ts'
import { openForFile, state, token } from './opened.ts'

openForFile()

const claims = async () => (await state.db.query('SELECT 1 FROM slip_claim')).length

describe('hand back', () => {
  test('gives the attempt back and raises the fence above the engine', async () => {
    const held = await claimItem(state.db, token, 'h.1')
    await exit(state.db, held, (tx) => handBack(tx, held, [{ htid: 'h.1', fence: held.fence + 500 }]))
    expect(await queueRow(state.db, 'h.1')).toMatchObject({ state: 0, attempts: 0, fence: held.fence + 500 })
    const next = await claimBucket(state.db, token, { shard: 1 })
    expect(next.fence).toBeGreaterThan(held.fence + 500)
    await settleAll(state.db, next)
    expect(await claims()).toBe(0)
  })
})
