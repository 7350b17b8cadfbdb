import { afterEach, describe, expect, test } from 'vitest'
import { settleClaim } from '../../src/indexer/settle.ts'
import type { Database } from '../../src/state/connection.ts'
import type { Claim } from '../../src/state/queue/claim.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { handBack } from '../../src/state/queue/hand-back.ts'
import { holdItems } from '../../src/state/queue/hold.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { renew } from '../../src/state/queue/renew.ts'
import {
  change,
  claimBucket,
  digestOf,
  enqueue,
  exit,
  expireLeases,
  indexed,
  ledgerRow,
  queueRow,
  race,
} from './fixture.ts'
import { openForFile, other, state, token } from './opened.ts'

openForFile()

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

afterEach(async () => {
  for (const table of ['slip_queue', 'slip_claim']) await state.db.query(`DELETE FROM ${table}`)
})

const claimRows = ({ token }: Claim) => state.db.query(`SELECT 1 FROM slip_claim WHERE token = '${token}'`)
const none = { indexed: 0, deleted: 0, errors: 0, delayed: 0, returned: 0, fencedOut: 0 }

/** As if the row of `of` lay where that of `htid` did when it was claimed. */
const astray = async (claim: Claim, htid: string, of: string): Promise<Claim> => {
  if (state.db.dialect === 'mysql') return claim
  const [row] = await state.db.query<{ place: string }>(`SELECT ctid AS place FROM slip_queue WHERE htid = '${of}'`)
  const items = claim.items.map((item) => (item.htid === htid ? { ...item, place: row!.place } : item))
  return { ...claim, items }
}

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

test('an item asked for anew by one who commits while the settle waits is ready again, and the others are gone', async () => {
  const claim = await claimed('f.1', 'f.2')
  const settlement = await race(
    state.db,
    (tx) => requestItems(tx, 'main', ['f.1'], { lane: 'ops', reason: 'request' }),
    () => settle(other, claim),
  )
  expect(settlement).toEqual({ ...none, indexed: 2 })
  expect(await queueRow(state.db, 'f.1')).toMatchObject({ state: 0, gen: 2, claim_token: null, attempts: 0 })
  expect(await queueRow(state.db, 'f.2')).toBeUndefined()
  expect(await claimRows(claim)).toEqual([])
  expect(await ledgerRow(state.db, 'f.1')).toMatchObject({ rev: 1, indexed_ct: 1 })
})

test('an item that a person holds during the claim is gone with its hold', async () => {
  const claim = await claimed('g.1', 'g.2')
  await state.db.transaction((tx) => holdItems(tx, 'main', ['g.1']))
  expect(await settle(state.db, claim)).toEqual({ ...none, indexed: 2 })
  expect(await queueRow(state.db, 'g.1')).toBeUndefined()
  expect(await claimRows(claim)).toEqual([])
})

test('rows that the server has put elsewhere since the claim are settled all the same', async () => {
  const claim = await claimed('h.1', 'h.2')
  await state.db.query(state.db.dialect === 'postgres' ? 'VACUUM FULL slip_queue' : 'OPTIMIZE TABLE slip_queue')
  if (state.db.dialect === 'postgres') expect(await astray(claim, 'h.1', 'h.1')).not.toEqual(claim)
  expect(await settle(state.db, claim)).toEqual({ ...none, indexed: 2 })
  expect(await queueRow(state.db, 'h.1')).toBeUndefined()
  expect(await claimRows(claim)).toEqual([])
})

describe('a place in the table that is another row’s by now', () => {
  test('settles that row as what it is', async () => {
    const claim = await claimed('i.1', 'i.2')
    const swapped = await astray(await astray(claim, 'i.1', 'i.2'), 'i.2', 'i.1')
    expect(
      await settleClaim(
        state.db,
        swapped,
        claim.items.map(({ htid }, at) => ({ kind: 'indexed', htid, settled: indexed(htid, digestOf(at + 1)) })),
        context,
      ),
    ).toEqual({ ...none, indexed: 2 })
    expect(await ledgerRow(state.db, 'i.1')).toMatchObject({ digest: digestOf(1) })
    expect(await ledgerRow(state.db, 'i.2')).toMatchObject({ digest: digestOf(2) })
  })

  test('leaves alone what another claim has taken', async () => {
    const claim = await claimed('j.1', 'j.2')
    await exit(state.db, claim, (tx) => handBack(tx, claim, [{ htid: 'j.1', fence: 0 }]))
    const theirs = await claimBucket(state.db, token, { shard: 1 })
    expect(theirs.items).toMatchObject([{ htid: 'j.1' }])
    expect(await settle(state.db, await astray(claim, 'j.1', 'j.1'))).toEqual({ ...none, indexed: 1, fencedOut: 1 })
    expect(await queueRow(state.db, 'j.1')).toMatchObject({ state: 1, claim_token: theirs.token })
    expect(await ledgerRow(state.db, 'j.1')).toBeUndefined()
    expect(await settle(state.db, theirs)).toEqual({ ...none, indexed: 1 })
  })

  test('leaves what was asked for anew in the queue', async () => {
    const claim = await claimed('k.1')
    await state.db.transaction((tx) => requestItems(tx, 'main', ['k.1'], { lane: 'ops', reason: 'request' }))
    expect(await settle(state.db, await astray(claim, 'k.1', 'k.1'))).toEqual({ ...none, indexed: 1 })
    expect(await queueRow(state.db, 'k.1')).toMatchObject({ state: 0, gen: 2 })
  })
})
