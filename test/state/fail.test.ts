import { describe, expect, test } from 'vitest'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { retryErrors } from './error-pages.ts'
import {
  change,
  claimBucket,
  claimItem,
  enqueue,
  errorsOf,
  failClaim,
  ledgerRow,
  queueRow,
  settleAll,
} from './fixture.ts'
import { openForFile, state, token } from './opened.ts'

openForFile()

describe('fail', () => {
  test('after an applied post keeps shard and fence in the ledger, so that the retry goes to the same shard', async () => {
    const held = await claimItem(state.db, token, 'z.1', { draw: 2 })
    await failClaim(state.db, held)
    expect(await queueRow(state.db, 'z.1')).toBeUndefined()
    expect(await ledgerRow(state.db, 'z.1')).toMatchObject({ shard: 2, rev: 0, fence: held.fence, presence: 'absent' })
    expect(await enqueue(state.db, ['z.1'])).toBe(0)
    const retried = await state.db.transaction((tx) => retryErrors(tx, { htids: ['z.1'] }))
    expect(retried.get('main')).toEqual(['z.1'])
    const again = await claimBucket(state.db, token, { lane: 2, shard: 2, draw: 1 })
    expect(again.items).toMatchObject([{ htid: 'z.1', shard: 2 }])
    expect(again.fence).toBeGreaterThan(held.fence)
    await settleAll(state.db, again)
    expect(await errorsOf(state.db, 'z.1')).toMatchObject([{ resolution: 'fixed', rev: 1 }])
  })

  test('again leaves one unresolved error; the older one is superseded', async () => {
    await failClaim(state.db, await claimItem(state.db, token, 'z.2'))
    await state.db.transaction((tx) => retryErrors(tx, { code: 'METS_MISSING' }))
    await failClaim(state.db, await claimBucket(state.db, token, { lane: 2, shard: 1 }))
    expect(await errorsOf(state.db, 'z.2')).toMatchObject([
      { resolution: 'superseded', rev: 1 },
      { resolution: null, rev: 1 },
    ])
  })

  test('writes no error when a request came during the claim', async () => {
    const held = await claimItem(state.db, token, 'z.3')
    await state.db.transaction((tx) => requestItems(tx, 'main', ['z.3'], { lane: 'ops', reason: 'request' }))
    await failClaim(state.db, held)
    expect(await errorsOf(state.db, 'z.3')).toEqual([])
    expect(await queueRow(state.db, 'z.3')).toMatchObject({ state: 0, attempts: 0 })
    await settleAll(state.db, await claimBucket(state.db, token, { lane: 1, shard: 1 }))
  })

  test('keeps the old revision in the ledger of an item that was indexed before', async () => {
    await settleAll(state.db, await claimItem(state.db, token, 'z.4'))
    await change(state.db, ['z.4'], { title: 3 })
    await enqueue(state.db, ['z.4'])
    await failClaim(state.db, await claimBucket(state.db, token, { shard: 1 }))
    expect(await ledgerRow(state.db, 'z.4')).toMatchObject({ rev: 1, presence: 'indexed' })
  })
})
