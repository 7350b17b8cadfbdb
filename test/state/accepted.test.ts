import { afterEach, describe, expect, test } from 'vitest'
import { noteAccepted } from '../../src/state/control/accepted.ts'
import { claimItem, settleAll } from './fixture.ts'
import { markerIsTaken } from './marker-taken.ts'
import { openForFile, other, state, token } from './opened.ts'

openForFile()

afterEach(async () => {
  for (const table of ['slip_queue', 'slip_claim', 'slip_indexed']) await state.db.query(`DELETE FROM ${table}`)
  await state.db.query('UPDATE slip_shard SET accepted_at = NULL, marked_at = NULL, durable_at = NULL')
})

const query = (sql: string) => state.db.query(sql)

describe('what a shard took is noted', () => {
  const at = async () => (await query('SELECT accepted_at FROM slip_shard WHERE shard = 1'))[0]?.accepted_at

  test('with the time of its claim, which was before it was sent, and never back', async () => {
    const early = await claimItem(state.db, token, 'd.1')
    const late = await claimItem(state.db, token, 'd.2')
    await noteAccepted(state.db, late, 1)
    const [row] = await query(`SELECT claimed_at FROM slip_claim WHERE token = '${late.token}'`)
    expect(await at()).toEqual(row?.claimed_at)
    await noteAccepted(state.db, early, 1)
    expect(await at()).toEqual(row?.claimed_at)
  })

  test('of a marker with the time at which that was said, never back; and of none, not at all', async () => {
    await markerIsTaken(state.db)
    expect(await at()).toBe(null)
    const [said] = await query('SELECT marked_at FROM slip_shard WHERE shard = 1')
    await markerIsTaken(state.db)
    expect(await at()).toEqual(said?.marked_at)
    const late = await claimItem(state.db, token, 'd.5')
    await noteAccepted(state.db, late, 1)
    const [claim] = await query(`SELECT claimed_at FROM slip_claim WHERE token = '${late.token}'`)
    await markerIsTaken(state.db)
    expect(await at()).toEqual(claim?.claimed_at)
  })

  test('while another has the row of the shard, by nobody, who waits for nobody', async () => {
    const held = await claimItem(state.db, token, 'd.3')
    await state.db.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM slip_shard WHERE shard = 1 FOR UPDATE')
      await noteAccepted(other, held, 1)
    })
    expect(await at()).toBe(null)
  })

  test('of a claim that is gone, not at all', async () => {
    const held = await claimItem(state.db, token, 'd.4')
    await settleAll(state.db, held)
    await noteAccepted(state.db, held, 1)
    expect(await at()).toBe(null)
  })
})
