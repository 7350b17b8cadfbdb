import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { takeSample } from '../../src/state/statistics/sample.ts'
import { later, openState, type State } from './fixture.ts'

let state: State
beforeAll(async () => {
  state = await openState()
})
beforeEach(async () => {
  for (const table of ['slip_duty', 'slip_control']) await rows(`DELETE FROM ${table}`)
})
afterAll(() => state.close())

const rows = <Row = Record<string, unknown>>(sql: string) => state.db.query<Row & Record<string, unknown>>(sql)

const nobody = '00000000-0000-0000-0000-000000000001'
const lapsed = (names: readonly string[]) =>
  rows(`INSERT INTO slip_duty (name, token, until) VALUES
        ${names.map((name) => `('${name}', '${nobody}', ${later(state.db, -700)})`).join(', ')}`)
const idle = async () =>
  (await rows<{ name: string }>(`SELECT name FROM slip_stuck WHERE kind = 'duty' ORDER BY name`)).map(
    ({ name }) => name,
  )
const pause = (scope: string, name: string, until = 'NULL') =>
  rows(`INSERT INTO slip_control (scope, name, until) VALUES ('${scope}', '${name}', ${until})`)
const pauses = async () =>
  (await rows(`SELECT pauses FROM slip_status WHERE target = 'main'`)).map((row) => Number(row.pauses))

test('a chore that nobody does is stuck; the duty of a filling that is over, or of a target that is gone, is not', async () => {
  await lapsed(['move', 'retain:errors', 'sweep:main', 'compare:main', 'fill:main', 'sweep:gone', 'fill:gone'])
  expect(await idle()).toEqual(['compare:main', 'move', 'retain:errors', 'sweep:main'])
  await rows(`UPDATE slip_target SET state = 'filling' WHERE name = 'main'`)
  expect(await idle()).toContain('fill:main')
  await rows(`UPDATE slip_target SET state = 'retiring' WHERE name = 'main'`)
  expect(await idle()).toEqual(['move', 'retain:errors'])
  await rows(`UPDATE slip_target SET state = 'live' WHERE name = 'main'`)
})

test('nor is any other chore left out: of counting, of what retired targets left, of an index that is committed and cleaned', async () => {
  const ofIndex = ['commit:main', 'full:main', 'purge:main']
  const ofAll = ['retire:remnants', 'roll-up']
  await lapsed([...ofIndex, ...ofAll, 'commit:gone', 'full:gone', 'purge:gone', 'source:main'])
  expect((await idle()).toSorted()).toEqual([...ofIndex, ...ofAll])
  await pause('target', 'main')
  expect((await idle()).toSorted()).toEqual([...ofIndex, ...ofAll])
  await rows(`UPDATE slip_target SET state = 'retiring' WHERE name = 'main'`)
  expect((await idle()).toSorted()).toEqual(ofAll)
  await rows(`UPDATE slip_target SET state = 'live' WHERE name = 'main'`)
})

test('a chore that rests because its stage or target is paused is not stuck', async () => {
  await lapsed(['sweep:main', 'recheck:main', 'marker:main', 'move'])
  await pause('stage', 'index', later(state.db, 600))
  expect(await idle()).toEqual(['marker:main', 'move', 'sweep:main'])
  await pause('target', 'main')
  expect(await idle()).toEqual(['marker:main', 'move'])
  await rows(`UPDATE slip_control SET until = ${later(state.db, -1)}`)
  expect(await idle()).toEqual(['marker:main', 'move', 'recheck:main', 'sweep:main'])
})

test('the pauses of a target are those in force that keep any of its work waiting', async () => {
  await pause('stage', 'index')
  await pause('shard', 'main/1')
  await pause('lane', 'bulk', later(state.db, 60))
  expect(await pauses()).toEqual([3])
  await pause('target', 'other')
  await pause('shard', 'other/1')
  await pause('target', 'main', later(state.db, -1))
  expect(await pauses()).toEqual([3])
})

test('suspended counts the breakers of a target and of its shards, and none of another that is called alike', async () => {
  await rows(`INSERT INTO slip_target (name, engine, schema_version, shards, lease_ms, overlap_ms)
              SELECT 'm_in', engine, schema_version, shards, lease_ms, overlap_ms FROM slip_target WHERE name = 'main'`)
  const suspended = async () =>
    (await rows(`SELECT target, suspended FROM slip_status WHERE target IN ('main', 'm_in') ORDER BY target`)).map(
      (row) => [row.target, Number(row.suspended)],
    )
  const inOrder = (main: number, other: number) => [
    ['m_in', other],
    ['main', main],
  ]
  expect(await suspended()).toEqual(inOrder(0, 0))
  for (const [kind, name] of [
    ['target', 'main'],
    ['shard', 'main/2'],
    ['shard', 'main2/1'],
    ['shard', 'm_in/1'],
    ['source', 'main'],
  ])
    await rows(`INSERT INTO slip_breaker (kind, name, failures, reason, since, next_probe)
                VALUES ('${kind}', '${name}', 1, '', ${later(state.db, 0)}, ${later(state.db, 30)})`)
  expect(await suspended()).toEqual(inOrder(2, 1))
  await rows('DELETE FROM slip_breaker')
  await rows(`DELETE FROM slip_target WHERE name = 'm_in'`)
})

test('what nobody has counted yet is NULL, and 0 once it was counted and there is none', async () => {
  const counted = async () => {
    const [row] = await rows(`SELECT rights, ready_items, indexed, errors FROM slip_status WHERE target = 'main'`)
    return row
  }
  expect(await counted()).toEqual({ rights: null, ready_items: null, indexed: null, errors: null })
  await state.db.transaction((tx) => takeSample(tx, 'quick'))
  expect(await counted()).toEqual({ rights: null, ready_items: 0, indexed: null, errors: 0 })
  await state.db.transaction((tx) => takeSample(tx, 'ledger'))
  expect(await counted()).toEqual({ rights: 0, ready_items: 0, indexed: 0, errors: 0 })
  await rows('DELETE FROM slip_sample')
})

test('a shard that was set back is stuck, and the command that puts it right stands beside the reason', async () => {
  await rows(
    `UPDATE slip_shard SET state = 'ahead', state_before = 'open', reason = 'why' WHERE target = 'main' AND shard = 1`,
  )
  const what = () => rows(`SELECT what FROM slip_stuck WHERE kind LIKE 'shard%'`)
  expect(await what()).toEqual([{ what: 'why; slipctl index adopt main' }])
  await rows(
    `UPDATE slip_shard SET state = 'behind', behind_from = ${later(state.db, -60)} WHERE target = 'main' AND shard = 1`,
  )
  expect(await what()).toEqual([{ what: 'why; slipctl index repair main' }])
  await rows(`UPDATE slip_shard SET state = 'open', state_before = NULL, reason = '' WHERE target = 'main'`)
})

test('a volume that is tried alone is stuck, with how many processes it took', async () => {
  await rows(`INSERT INTO slip_queue (target, htid, seq, lane, state, action, shard, rev, enqueued_at, reason, strikes)
    VALUES ('main', 'alone.1', 1, 0, 0, 'index', 1, 1, ${later(state.db, 0)}, 'test', 1),
           ('main', 'alone.2', 1, 0, 0, 'index', 1, 1, ${later(state.db, 0)}, 'test', 2)`)
  expect(await rows(`SELECT what FROM slip_stuck WHERE kind = 'alone' ORDER BY name`)).toEqual([
    { what: 'took 1 process with it; the fourth makes it an error' },
    { what: 'took 2 processes with it; the fourth makes it an error' },
  ])
  await rows(`DELETE FROM slip_queue WHERE htid LIKE 'alone.%'`)
})
