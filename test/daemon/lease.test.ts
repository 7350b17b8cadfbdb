import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LeaseKeeper } from '../../src/daemon/lease.ts'
import { EventBus } from '../../src/events/bus.ts'
import { claimItem, openState, type State, worker } from '../state/fixture.ts'

let state: State
beforeAll(async () => {
  state = await openState()
})
afterAll(() => state.close())

test('a claim that is long under way keeps its lease, however quickly others are taken and ended beside it', async () => {
  await state.db.query('UPDATE slip_target SET lease_ms = 6000')
  const { token, items } = await claimItem(state.db, await worker(state.db), 'a.1')
  const leaseUntil = async () => (await state.db.query('SELECT lease_until FROM slip_claim'))[0]?.lease_until
  const leases = new LeaseKeeper(state.db, new EventBus())
  const first = await leaseUntil()
  leases.hold(token, items.length, 6_000, performance.now())
  for (let other = 0; (await leaseUntil()) === first; other++) {
    leases.hold(`other ${other}`, 1, 6_000, performance.now())
    leases.drop(`other ${other}`)
  }
  expect(leases.isLost(token)).toBe(false)
  leases.drop(token)
  await leases.stop()
})
