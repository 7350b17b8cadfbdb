import { afterEach, describe, expect, test } from 'vitest'
import { noteAccepted } from '../../src/state/control/accepted.ts'
import type { Claim } from '../../src/state/queue/claim.ts'
import { enqueueChanged, requestItems } from '../../src/state/queue/enqueue.ts'
import { holdItems } from '../../src/state/queue/hold.ts'
import { suspect } from '../../src/state/queue/suspect.ts'
import { retryErrors } from './error-pages.ts'
import {
  change,
  claimBucket,
  claimItem,
  enqueue,
  errorsOf,
  exit,
  later,
  ledgerRow,
  queueRow,
  race,
  settleAll,
} from './fixture.ts'
import { markerIsTaken } from './marker-taken.ts'
import { openForFile, other, state, token } from './opened.ts'

openForFile()

afterEach(async () => {
  for (const table of ['slip_queue', 'slip_claim', 'slip_indexed', 'slip_errors'])
    await state.db.query(`DELETE FROM ${table}`)
  await state.db.query('UPDATE slip_shard SET accepted_at = NULL, marked_at = NULL, durable_at = NULL')
})

const query = (sql: string) => state.db.query(sql)
const by = { worker: '00000000-0000-0000-0000-000000000001', pid: 1, host: 'host-a' }
const suspectOf = (alone: boolean) => (htid: string) => ({
  ...{ htid, baseMs: 60_000, alone, lastError: `ENGINE_UNAVAILABLE: ${htid} broke it` },
  ...{ message: 'broke three times; last: other side closed', detail: '{"place":{}}' },
})
/** All of the claim was in a request that broke. */
const broke = (held: Claim, alone: boolean) =>
  exit(state.db, held, (tx) => suspect(tx, held, held.items.map(({ htid }) => htid).map(suspectOf(alone)), by))
/** The row is due, and claimed from its lane. */
async function claimed(lane: number): Promise<Claim> {
  await query('UPDATE slip_queue SET state = 0, available_at = NULL WHERE state = 2')
  const held = await claimBucket(state.db, token, { lane, shard: 1 })
  expect(held.items).toHaveLength(1)
  return held
}
/** Something else is claimed, taken by shard 1, and settled. */
async function othersAreTaken() {
  const held = await claimItem(state.db, token, 'o.1', { draw: 1 })
  await noteAccepted(state.db, held, 1)
  await settleAll(state.db, held)
  await query(`DELETE FROM slip_indexed WHERE htid = 'o.1'`)
  await query(`DELETE FROM slip_rights WHERE htid = 'o.1'`)
}
/** Claimed, broken alone and so in lane 0. */
async function inLane0(htid: string) {
  await broke(await claimItem(state.db, token, htid), true)
}
/** A request with it alone broke. */
const refuse = async () => broke(await claimed(0), true)
async function refused(htid: string, times: number) {
  await inLane0(htid)
  for (let time = 0; time < times; time++) {
    await othersAreTaken()
    await refuse()
  }
}

describe('a document in a request that broke', () => {
  test('in company is delayed in its lane, its attempt given back, unproven, with the time', async () => {
    const held = await claimItem(state.db, token, 'a.1')
    expect(await broke(held, false)).toEqual({ ours: new Set(['a.1']), refused: new Set() })
    expect(await queueRow(state.db, 'a.1')).toMatchObject({
      ...{ state: 2, lane: 1, attempts: 0, strikes: 0, refusals: 0, unproven: true, claim_token: null },
      ...{ failed_at: expect.anything(), last_error: 'ENGINE_UNAVAILABLE: a.1 broke it' },
    })
    expect(await query('SELECT 1 FROM slip_claim')).toEqual([])
  })

  test('in company a second time goes to lane 0: where the engine dies of it, none can be sent alone', async () => {
    await broke(await claimItem(state.db, token, 'a.2'), false)
    await othersAreTaken()
    await broke(await claimed(1), false)
    expect(await queueRow(state.db, 'a.2')).toMatchObject({ state: 2, lane: 0, refusals: 0 })
    // what was taken before it came to lane 0 does not count there
    await refuse()
    expect(await queueRow(state.db, 'a.2')).toMatchObject({ state: 2, lane: 0, refusals: 0 })
  })

  test('alone goes to lane 0, which is no refusal yet', async () => {
    await othersAreTaken()
    await inLane0('a.3')
    expect(await queueRow(state.db, 'a.3')).toMatchObject({ state: 2, lane: 0, refusals: 0, strikes: 0, attempts: 0 })
  })

  test('alone after once in company goes to lane 0 as well, which is no refusal though others were taken in between', async () => {
    await broke(await claimItem(state.db, token, 'a.6'), false)
    await othersAreTaken()
    await broke(await claimed(1), true)
    expect(await queueRow(state.db, 'a.6')).toMatchObject({ lane: 0, refusals: 0 })
  })

  test('that is held waits for nobody, in lane 0', async () => {
    const held = await claimItem(state.db, token, 'a.4')
    await state.db.transaction((tx) => holdItems(tx, 'main', ['a.4']))
    await broke(held, true)
    expect(await queueRow(state.db, 'a.4')).toMatchObject({ state: 3, lane: 0, available_at: null })
  })

  test('alone, while nothing else is to be done, is refused when the shard took a marker said since', async () => {
    await inLane0('a.7')
    await refuse()
    expect(await queueRow(state.db, 'a.7')).toMatchObject({ lane: 0, refusals: 0 })
    await markerIsTaken(state.db)
    await markerIsTaken(state.db)
    await refuse()
    expect(await queueRow(state.db, 'a.7')).toMatchObject({ lane: 0, refusals: 1 })
  })

  test('of which there was a request meanwhile becomes ready where it was, though it were the third refusal', async () => {
    await refused('a.5', 2)
    await othersAreTaken()
    const held = await claimed(0)
    await state.db.transaction((tx) => requestItems(tx, 'main', ['a.5'], { lane: 'ops', reason: 'request' }))
    expect(await broke(held, true)).toEqual({ ours: new Set(['a.5']), refused: new Set() })
    expect(await queueRow(state.db, 'a.5')).toMatchObject({ state: 0, lane: 0, gen: 2, refusals: 2, unproven: true })
    expect(await errorsOf(state.db, 'a.5')).toEqual([])
  })
})

describe('a failure in lane 0', () => {
  test('of an engine that took nothing else since is no refusal, however often: it is dead', async () => {
    await othersAreTaken()
    await inLane0('b.1')
    const first = (await queueRow(state.db, 'b.1'))?.failed_at
    for (let time = 0; time < 4; time++) await refuse()
    expect(await queueRow(state.db, 'b.1')).toMatchObject({ lane: 0, refusals: 0, strikes: 0, failed_at: first })
  })

  test('counts once for what was taken in between, and is then the one to compare with', async () => {
    await inLane0('b.2')
    await othersAreTaken()
    await refuse()
    expect(await queueRow(state.db, 'b.2')).toMatchObject({ refusals: 1 })
    await refuse()
    expect(await queueRow(state.db, 'b.2')).toMatchObject({ refusals: 1 })
  })

  test('does not count for what was claimed before the failure before it, whenever that was taken', async () => {
    const early = await claimItem(state.db, token, 'o.2', { draw: 1 })
    await inLane0('b.3')
    await noteAccepted(state.db, early, 1)
    await refuse()
    expect(await queueRow(state.db, 'b.3')).toMatchObject({ refusals: 0 })
  })

  test('does not count for a time ahead of the clock, which was set back; what is taken then is noted all the same', async () => {
    await othersAreTaken()
    await query(`UPDATE slip_shard SET accepted_at = ${later(state.db, 3600)} WHERE shard = 1`)
    await inLane0('b.6')
    for (let time = 0; time < 4; time++) await refuse()
    expect(await queueRow(state.db, 'b.6')).toMatchObject({ lane: 0, refusals: 0 })
    await othersAreTaken()
    await refuse()
    expect(await queueRow(state.db, 'b.6')).toMatchObject({ refusals: 1 })
  })

  test('is compared with the next failure when it lies ahead of the clock itself', async () => {
    await inLane0('b.7')
    await query(`UPDATE slip_queue SET failed_at = ${later(state.db, 3600)} WHERE htid = 'b.7'`)
    await refuse()
    await othersAreTaken()
    await refuse()
    expect(await queueRow(state.db, 'b.7')).toMatchObject({ refusals: 1 })
  })

  test('does not count for what another shard took', async () => {
    await inLane0('b.4')
    const elsewhere = await claimItem(state.db, token, 'o.3', { draw: 2 })
    await noteAccepted(state.db, elsewhere, 2)
    await refuse()
    expect(await queueRow(state.db, 'b.4')).toMatchObject({ refusals: 0 })
  })

  test('of a row that came there by strikes begins the count', async () => {
    await claimItem(state.db, token, 'b.5')
    await query(`UPDATE slip_queue SET lane = 0, strikes = 1 WHERE htid = 'b.5'`)
    const [held] = await query(`SELECT claim_token AS token FROM slip_queue WHERE htid = 'b.5'`)
    await othersAreTaken()
    const claim = { token: held?.token, target: 'main', items: [{ htid: 'b.5' }] } as unknown as Claim
    await broke(claim, true)
    expect(await queueRow(state.db, 'b.5')).toMatchObject({
      lane: 0,
      strikes: 1,
      refusals: 0,
      failed_at: expect.anything(),
    })
  })

  test('that is the third refusal is error ENGINE_REFUSES_ALONE, with the words of the engine', async () => {
    await refused('b.6', 2)
    expect(await queueRow(state.db, 'b.6')).toMatchObject({ lane: 0, refusals: 2 })
    await othersAreTaken()
    expect(await refuse()).toEqual({ ours: new Set(['b.6']), refused: new Set(['b.6']) })
    expect(await queueRow(state.db, 'b.6')).toBeUndefined()
    expect(await errorsOf(state.db, 'b.6')).toMatchObject([
      {
        ...{
          code: 'ENGINE_REFUSES_ALONE',
          class: 'item',
          stage: 'index',
          rev: 1,
          shard: 1,
          attempts: 0,
          resolution: null,
        },
        ...{ message: 'broke three times; last: other side closed', detail: '{"place":{}}', ...by },
      },
    ])
    expect(await ledgerRow(state.db, 'b.6')).toMatchObject({ shard: 1, rev: 0, presence: 'absent' })
    // it may have arrived all the same
    expect(await query(`SELECT htid FROM slip_recheck WHERE htid = 'b.6'`)).toHaveLength(1)
    expect(await query('SELECT 1 FROM slip_claim')).toEqual([])
  })

  test('leaves nothing of it to a retry: that begins anew, in lane ops', async () => {
    await refused('b.7', 3)
    await state.db.transaction((tx) => retryErrors(tx, { target: 'main', htids: ['b.7'] }))
    expect(await queueRow(state.db, 'b.7')).toMatchObject({ state: 0, lane: 2, refusals: 0, failed_at: null, shard: 1 })
  })
})

describe('a suspect is cleared', () => {
  test('by a new revision, which goes to the lane of its request', async () => {
    await refused('c.1', 2)
    await change(state.db, ['c.1'], { title: 1 })
    await enqueue(state.db, ['c.1'])
    expect(await queueRow(state.db, 'c.1')).toMatchObject({ state: 0, lane: 1, rev: 2, refusals: 0, failed_at: null })
  })

  test('but not by a request of the same revision', async () => {
    await refused('c.2', 2)
    await state.db.transaction((tx) => requestItems(tx, 'main', ['c.2'], { lane: 'ops', reason: 'request' }))
    expect(await queueRow(state.db, 'c.2')).toMatchObject({ state: 0, lane: 0, refusals: 2 })
  })

  test('but one that took processes with it stays in lane 0 with a new revision, too', async () => {
    await refused('c.3', 2)
    await query(`UPDATE slip_queue SET strikes = 1 WHERE htid = 'c.3'`)
    await change(state.db, ['c.3'], { title: 1 })
    await enqueue(state.db, ['c.3'])
    expect(await queueRow(state.db, 'c.3')).toMatchObject({ lane: 0, strikes: 1, refusals: 0, failed_at: null })
  })

  test('by success, also where the row stays', async () => {
    await refused('c.4', 2)
    const held = await claimed(0)
    await state.db.transaction((tx) => requestItems(tx, 'main', ['c.4'], { lane: 'ops', reason: 'request' }))
    await settleAll(state.db, held)
    expect(await queueRow(state.db, 'c.4')).toMatchObject({ lane: 1, refusals: 0, failed_at: null, unproven: false })
  })

  test('enqueue–suspect: a new revision that comes while a request with the old one breaks is no suspect', async () => {
    await refused('c.5', 2)
    await othersAreTaken()
    const held = await claimed(0)
    await change(state.db, ['c.5'], { title: 1 })
    const answer = await race(
      other,
      (tx) => enqueueChanged(tx, 'main', ['c.5'], { lane: 'daily', reason: 'test' }),
      () => broke(held, true),
    )
    expect(answer).toEqual({ ours: new Set(['c.5']), refused: new Set() })
    expect(await queueRow(state.db, 'c.5')).toMatchObject({ state: 0, lane: 1, rev: 2, refusals: 0, failed_at: null })
  })
})
