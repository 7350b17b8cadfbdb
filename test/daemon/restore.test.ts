import { afterAll, beforeAll, expect, test } from 'vitest'
import { slipctl } from '../ctl/slipctl.ts'
import { backUp } from '../state/restore-world/copy.ts'
import { type Library, openLibrary } from './library.ts'
import { runOnce } from './processes.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
  library.lay('day-1')
})
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query<Record<string, unknown>>(sql)
const ctl = (...args: string[]) => slipctl([...args, '--config', library.configFile])
const states = async () => (await rows('SELECT state FROM slip_shard ORDER BY shard')).map(({ state }) => state)

async function day() {
  for (const stage of ['rights', 'enqueue', 'index'] as const)
    expect((await runOnce(stage, library.configFile)).code).toBe(0)
}

test('a library whose database is restored from the day before: alarm, adopt, and all is as the files say', async () => {
  await day()
  const restore = await backUp(library.state.db)
  library.lay('day-2')
  await day()
  const indexed = await rows('SELECT htid, shard, presence, digest FROM slip_indexed ORDER BY htid')
  await restore()
  await runOnce('rights', library.configFile)
  await runOnce('enqueue', library.configFile)
  const stopped = await runOnce('index', library.configFile)
  expect(stopped.events.filter(({ event }) => event === 'shard.ahead').map(({ shard }) => shard)).not.toEqual([])
  expect(
    stopped.events.filter(({ event }) => event === 'index.claimed' && (event as { shard?: number }).shard === 0),
  ).toEqual([])
  expect(await states()).toContain('ahead')

  const adopted = await ctl('index', 'adopt', 'main', '--json')
  expect(adopted.code).toBe(0)
  expect(JSON.parse(adopted.out)).toMatchObject({ target: 'main', strays: 0, unowned: 0, busy: [], ahead: [] })
  expect(await states()).toEqual(['open', 'open'])
  for (const stage of ['enqueue', 'index'] as const) await runOnce(stage, library.configFile)
  expect(await library.violations()).toEqual([])
  expect(await rows('SELECT htid, shard, presence, digest FROM slip_indexed ORDER BY htid')).toEqual(indexed)
})

test('adopted before the sources are read again, what has no rights is listed and comes back with them', async () => {
  await rows(`DELETE FROM slip_queue WHERE htid = 'demo1.new_day2'`)
  await rows(`DELETE FROM slip_indexed WHERE htid = 'demo1.new_day2'`)
  await rows(`DELETE FROM slip_rights WHERE htid = 'demo1.new_day2'`)
  const { code, out, err } = await ctl('index', 'adopt', 'main')
  expect([code, out]).toEqual([4, 'demo1.new_day2\n'])
  expect(err).toContain('1 without rights, listed: kept; --yes removes them')
  expect(new Set((await library.violations()).map(({ htid }) => htid))).toEqual(new Set(['demo1.new_day2']))
  expect((await ctl('index', 'adopt', 'main', '--yes')).code).toBe(0)
  expect(await library.violations()).toEqual([])
})

test('an adopt or repair of what is whole says so and does nothing', async () => {
  const ledger = await rows('SELECT * FROM slip_indexed ORDER BY htid')
  const adopted = await ctl('index', 'adopt', 'main')
  expect(adopted.code).toBe(0)
  expect(adopted.err).toContain('0 that differ, 0 missing')
  expect(await ctl('index', 'repair', 'main')).toMatchObject({ code: 0, out: 'main: no shard is behind\n' })
  expect(await rows('SELECT * FROM slip_indexed ORDER BY htid')).toEqual(ledger)
  expect(await rows('SELECT 1 FROM slip_queue')).toEqual([])
})

/** A shard that holds something, whatever was drawn, and the states of both when that is its own. */
const filled = async () =>
  (await rows(`SELECT shard FROM slip_indexed WHERE htid = 'demo1.stays_day2'`))[0]?.shard as number
const inState = (shard: number, state: string) => [1, 2].map((each) => (each === shard ? state : 'open'))

test('a shard that is ahead is not repaired before it is adopted, and an unknown target is an error', async () => {
  const shard = await filled()
  await rows(
    `UPDATE slip_shard SET state_before = 'open', state = 'ahead', behind_from = '1970-01-01' WHERE shard = ${shard}`,
  )
  const { code, err } = await ctl('index', 'repair', 'main')
  expect(code).toBe(2)
  expect(err).toContain(`USAGE: shard main/${shard} is ahead of the database; first: slipctl index adopt main`)
  expect((await ctl('index', 'adopt', 'mian')).code).toBe(2)
  expect((await ctl('index', 'adopt', 'main', '--dry-run')).code).toBe(0)
  expect(await states()).toEqual(inState(shard, 'ahead'))
  expect((await ctl('index', 'adopt', 'main')).code).toBe(0)
  expect(await states()).toEqual(inState(shard, 'behind'))
})

test('a shard that is behind is repaired: what it should hold is requested', async () => {
  const shard = await filled()
  const dry = await ctl('index', 'repair', 'main', '--dry-run')
  expect(dry.code).toBe(0)
  expect(dry.out).toMatch(new RegExp(`^main/${shard}: \\d+ items? would be requested, everything\n$`))
  expect(await states()).toEqual(inState(shard, 'behind'))
  const { code, out } = await ctl('index', 'repair', 'main', '--lane', 'ops')
  expect(code).toBe(0)
  expect(out).toMatch(new RegExp(`^main/${shard}: \\d+ items? requested, everything\n$`))
  expect(await states()).toEqual(['open', 'open'])
  expect(await rows('SELECT DISTINCT lane, reason FROM slip_queue')).toEqual([{ lane: 2, reason: 'repair' }])
  expect((await runOnce('index', library.configFile)).code).toBe(0)
  expect(await library.violations()).toEqual([])
})
