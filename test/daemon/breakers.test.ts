import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Breakers } from '../../src/daemon/breakers.ts'
import { SlipError } from '../../src/errors/slip-error.ts'
import { EventBus } from '../../src/events/bus.ts'
import type { Connection } from '../../src/state/connection.ts'
import { readBreakers } from '../../src/state/control/breaker.ts'
import { later, openState, type State } from '../state/fixture.ts'

let state: State
beforeAll(async () => {
  state = await openState()
})
beforeEach(async () => {
  await state.db.query('DELETE FROM slip_breaker')
})
afterAll(() => state.close())

const probe = 30_000
const away = new SlipError('ENGINE_UNAVAILABLE', 'nobody answers')

/** One process: what it thinks of the breakers, and what it told. */
function processOf(atOnce = false, db: Connection = state.db) {
  const bus = new EventBus()
  const told: string[] = []
  bus.subscribe((name) => told.push(name))
  return { breakers: new Breakers(db, bus, { failures: 3, probe }, atOnce), told }
}

async function fail({ breakers }: ReturnType<typeof processOf>, times: number) {
  for (let time = 0; time < times; time++) breakers.failed('shard', 'main/1', away)
  await breakers.flush()
}

const row = async () => (await readBreakers(state.db, probe))[0]
const age = (column: 'next_probe' | 'since', seconds: number) =>
  state.db.query(`UPDATE slip_breaker SET ${column} = ${later(state.db, seconds)}`)
async function suspended(): Promise<ReturnType<typeof processOf>> {
  const first = processOf()
  await fail(first, 3)
  return first
}
/** Seconds since the suspension, on the database's clock: until now, and until the next probe. */
async function ages(): Promise<{ now: number; next: number }> {
  const [found] = await state.db.query<{ now: string | number; next: string | number }>(
    state.db.dialect === 'postgres'
      ? 'SELECT extract(epoch FROM clock_timestamp() - since) AS now, extract(epoch FROM next_probe - since) AS next FROM slip_breaker'
      : 'SELECT TIMESTAMPDIFF(MICROSECOND, since, SYSDATE(6)) / 1000000 AS now, TIMESTAMPDIFF(MICROSECOND, since, next_probe) / 1000000 AS next FROM slip_breaker',
  )
  return { now: Number(found?.now), next: Number(found?.next) }
}

test('failures in a row suspend it for every process; one success between them and they are counted anew', async () => {
  const first = processOf()
  await fail(first, 2)
  first.breakers.succeeded('shard', 'main/1')
  await fail(first, 2)
  expect(await row()).toBeUndefined()
  await fail(first, 1)
  expect(await row()).toMatchObject({ failures: 3, reason: 'ENGINE_UNAVAILABLE: nobody answers', due: false })
  const other = processOf()
  await other.breakers.refresh()
  expect(await other.breakers.gate('shard', 'main/1')).toBe('suspended')
  expect(await other.breakers.gate('shard', 'main/2')).toBe('open')
})

test('the row is written on change only: who finds it suspended already tells nothing and changes nothing', async () => {
  const [first, second] = [processOf(), processOf()]
  await fail(first, 3)
  const before = await row()
  await fail(second, 9)
  await fail(first, 9)
  expect(await row()).toEqual(before)
  expect([first.told, second.told]).toEqual([['breaker.opened'], []])
})

test('of all processes that ask when the probe is due, one probes; the others leave it alone', async () => {
  await suspended()
  await age('next_probe', -1)
  const all = [processOf(), processOf(), processOf()]
  for (const { breakers } of all) await breakers.refresh()
  const gates = await Promise.all(all.map(({ breakers }) => breakers.gate('shard', 'main/1')))
  expect(gates.toSorted()).toEqual(['probe', 'suspended', 'suspended'])
  expect(all.map(({ breakers }) => breakers.isSuspended('shard', 'main/1'))).toEqual(
    gates.map((gate) => gate === 'suspended'),
  )
})

test('a probe that goes well opens it again for all', async () => {
  const first = await suspended()
  await age('next_probe', -1)
  const other = processOf()
  await other.breakers.refresh()
  expect(await other.breakers.gate('shard', 'main/1')).toBe('probe')
  other.breakers.succeeded('shard', 'main/1')
  await other.breakers.flush()
  expect(await row()).toBeUndefined()
  expect(other.told).toEqual(['breaker.closed'])
  await first.breakers.refresh()
  expect(await first.breakers.gate('shard', 'main/1')).toBe('open')
  // what it counted before is past
  await fail(first, 1)
  expect(await row()).toBeUndefined()
})

test('a probe that has failed tries nothing more out while the rest of its batch is settled', async () => {
  await suspended()
  await age('next_probe', -1)
  const { breakers, told } = processOf()
  await breakers.refresh()
  expect(await breakers.gate('shard', 'main/1')).toBe('probe')
  const batch = Promise.withResolvers<void>()
  breakers.probeLasts('shard', 'main/1', batch.promise)
  await breakers.refresh()
  expect(breakers.isSuspended('shard', 'main/1')).toBe(false)
  breakers.failed('shard', 'main/1', away)
  // written and read back by a step that comes before the batch has ended
  await breakers.refresh()
  expect(breakers.isSuspended('shard', 'main/1')).toBe(true)
  batch.resolve()
  await breakers.refresh()
  expect(breakers.isSuspended('shard', 'main/1')).toBe(true)
  expect(told).toEqual(['breaker.probe-failed'])
})

test('a success of work begun before the suspension opens nothing: only a probe does', async () => {
  const first = await suspended()
  await first.breakers.refresh()
  first.breakers.succeeded('shard', 'main/1')
  await first.breakers.flush()
  expect(await row()).toBeDefined()
})

/** When the next probe is due that follows one which failed so many seconds after the suspension. */
const nextAfter = (seconds: number) => seconds + Math.min(Math.max(seconds, probe / 1_000), probe / 100)

for (const secondsAway of [1, 100, 100_000]) {
  test(`a probe that fails after ${secondsAway} s waits as long again, one period at least, ten at most`, async () => {
    const first = await suspended()
    await age('next_probe', -1)
    await age('since', -secondsAway)
    await first.breakers.refresh()
    expect(await first.breakers.gate('shard', 'main/1')).toBe('probe')
    await fail(first, 5)
    expect(await row()).toMatchObject({ failures: 4 })
    expect(first.told).toEqual(['breaker.opened', 'breaker.probe-failed'])
    // it failed between the two, however long that took
    const { now, next } = await ages()
    expect(next).toBeGreaterThanOrEqual(nextAfter(secondsAway))
    expect(next).toBeLessThanOrEqual(nextAfter(now))
  })
}

test('a probe further away than any pause was written by a clock that went back: it is due', async () => {
  const first = await suspended()
  await age('next_probe', 3_600)
  await first.breakers.refresh()
  expect(await first.breakers.gate('shard', 'main/1')).toBe('probe')
})

test('--once probes at once', async () => {
  await suspended()
  const { breakers } = processOf(true)
  await breakers.refresh()
  expect(await breakers.gate('shard', 'main/1')).toBe('probe')
})

test('a row that a person deletes is obeyed', async () => {
  const first = await suspended()
  await state.db.query('DELETE FROM slip_breaker')
  await first.breakers.refresh()
  expect(await first.breakers.gate('shard', 'main/1')).toBe('open')
})

test('what is suspended and written while the tables are read stays suspended', async () => {
  const { db } = state
  const first: ReturnType<typeof processOf> = processOf(false, {
    dialect: db.dialect,
    change: db.change,
    query: async <Row>(sql: string, values?: readonly unknown[]) => {
      const rows = await db.query<Row>(sql, values)
      await fail(first, 3)
      return rows
    },
  })
  await first.breakers.refresh()
  expect(await row()).toMatchObject({ failures: 3 })
  expect(await first.breakers.gate('shard', 'main/1')).toBe('suspended')
})

test('a reason of any length and any text is kept as far as it fits', async () => {
  const { breakers } = processOf()
  breakers.suspend('mount', 'host:/data', new SlipError('REPOSITORY_UNAVAILABLE', `\0${'\u{1f4d6}'.repeat(2_000)}`))
  await breakers.flush()
  const kept = [...((await row())?.reason ?? '')]
  expect([kept.length, kept.at(-1)]).toEqual([1_000, '\u{1f4d6}'])
})
