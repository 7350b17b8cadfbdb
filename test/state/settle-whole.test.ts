import { expect, test } from 'vitest'
import { settleClaim } from '../../src/indexer/settle.ts'
import type { Database } from '../../src/state/connection.ts'
import type { Claim } from '../../src/state/queue/claim.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { renew } from '../../src/state/queue/renew.ts'
import { change, claimBucket, digestOf, enqueue, expireLeases, indexed, ledgerRow, queueRow, race } from './fixture.ts'
import { other, state, token } from './opened.ts'

// A claim of which every item ended well leaves in one statement where the database can, else in one transaction.

const context = {
  worker: 'nobody',
  indexer: { attempts: 1 } as Parameters<typeof settleClaim>[3]['indexer'],
  configDigest: 'c',
}

async function claimed(...htids: string[]): Promise<Claim> {
  await change(state.db, htids)
  await enqueue(state.db, htids)
  return claimBucket(state.db, token)
}

const settle = (db: Database, claim: Claim, items = claim.items) =>
  settleClaim(
    db,
    claim,
    items.map(({ htid }) => ({ kind: 'indexed', htid, settled: indexed(htid, digestOf(7)) })),
    context,
  )

const claimRows = ({ token }: Claim) => state.db.query(`SELECT 1 FROM slip_claim WHERE token = '${token}'`)
const none = { indexed: 0, deleted: 0, errors: 0, delayed: 0, returned: 0, fencedOut: 0 }

test('when all of a claim is indexed its rows and the claim are gone, and the ledger has what was said of each', async () => {
  const claim = await claimed('a.2', 'a.1', 'a.3')
  expect(await settle(state.db, claim)).toEqual({ ...none, indexed: 3 })
  expect(await claimRows(claim)).toEqual([])
  for (const { htid, shard } of claim.items) {
    expect(await queueRow(state.db, htid)).toBeUndefined()
    expect(await ledgerRow(state.db, htid)).toMatchObject({ shard, rev: 1, digest: digestOf(7), indexed_ct: 1 })
  }
})

test('when a part of a claim is indexed the claim stays with the rest', async () => {
  const claim = await claimed('b.1', 'b.2')
  expect(await settle(state.db, claim, claim.items.slice(0, 1))).toEqual({ ...none, indexed: 1 })
  expect(await claimRows(claim)).toHaveLength(1)
  expect(await queueRow(state.db, 'b.2')).toMatchObject({ state: 1 })
  expect(await settle(state.db, claim, claim.items.slice(1))).toEqual({ ...none, indexed: 1 })
  expect(await claimRows(claim)).toEqual([])
})

test('an item asked for anew during the claim is ready again, and the claim is gone', async () => {
  const claim = await claimed('c.1', 'c.2')
  await change(state.db, ['c.1'], { title: 1 })
  await enqueue(state.db, ['c.1'])
  expect(await settle(state.db, claim)).toEqual({ ...none, indexed: 2 })
  expect(await queueRow(state.db, 'c.1')).toMatchObject({ state: 0, rev: 2, claim_token: null })
  expect(await queueRow(state.db, 'c.2')).toBeUndefined()
  expect(await claimRows(claim)).toEqual([])
})

test('a settle that waited for the reaper changes no table: all its items are fenced out', async () => {
  const claim = await claimed('d.1', 'd.2')
  await expireLeases(state.db)
  const settlement = await race(
    state.db,
    (tx) => reap(tx, 10),
    () => settle(other, claim),
  )
  expect(settlement).toEqual({ ...none, fencedOut: 2 })
  expect(await queueRow(state.db, 'd.1')).toMatchObject({ state: 0, lane: 0, strikes: 1, unproven: true })
  expect(await ledgerRow(state.db, 'd.1')).toBeUndefined()
})

test('a settle that waited for a renewal settles all and leaves no claim', async () => {
  const claim = await claimed('e.1', 'e.2')
  const settlement = await race(
    state.db,
    (tx) => renew(tx, [claim.token]),
    () => settle(other, claim),
  )
  expect(settlement).toEqual({ ...none, indexed: 2 })
  expect(await claimRows(claim)).toEqual([])
})
