import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Follower } from '../../src/enqueue/follower.ts'
import { EventBus } from '../../src/events/bus.ts'
import { databaseClock } from '../../src/state/clock.ts'
import type { Connection, Database } from '../../src/state/connection.ts'
import { listWatermarks, readWatermark, writeWatermark } from '../../src/state/control/watermark.ts'
import { readMoves } from '../../src/state/control/watermark-history.ts'
import { asTime, setWatermark } from '../../src/state/control/watermark-set.ts'
import { followPage, type Pass, startNextPass, startPass } from '../../src/state/queue/follow.ts'
import { merge, upsertRights } from '../../src/state/rights/upsert-rights.ts'
import { change, later, openState, type State, untilBlocked } from './fixture.ts'

let state: State
let other: Database
beforeAll(async () => {
  state = await openState()
  other = await state.another()
})
beforeEach(async () => {
  for (const table of ['slip_queue', 'slip_rights', 'slip_watermark', 'slip_watermark_history'])
    await state.db.query(`DELETE FROM ${table}`)
})
afterAll(() => state.close())

const overlap = 60_000
const queued = async () => (await state.db.query('SELECT htid FROM slip_queue ORDER BY htid')).map(({ htid }) => htid)
const watermark = () => readWatermark(state.db, 'enqueue', 'main')
const page = (pass: Pass, size = 100) => state.db.transaction((tx) => followPage(tx, pass, size))

/** One pass over the whole overlap, in pages of `size`; returns it as ended. */
async function wholePass(size = 100): Promise<Pass> {
  let pass = await startPass(state.db, 'main', overlap)
  for (;;) {
    const { next, watermark: known } = await page(pass, size)
    if (next === null) return { ...pass, known }
    pass = next
  }
}
/** Sets the clock of the database by so many seconds, as seen by what is compared with it: all stamps move against it. */
async function clockSteps(seconds: number) {
  await state.db.query(`UPDATE slip_rights SET insert_time = insert_time + INTERVAL '${-seconds}' SECOND`)
  const moved = { postgres: 'value::timestamptz', mysql: 'CAST(value AS DATETIME(6))' }[state.db.dialect]
  const text = { postgres: 'varchar(64)', mysql: 'CHAR' }[state.db.dialect]
  await state.db.query(`UPDATE slip_watermark SET value = CAST(${moved} + INTERVAL '${-seconds}' SECOND AS ${text})`)
}
const set = (value: string, part: { stage?: string; name?: string } = {}) =>
  state.db.transaction((tx) =>
    setWatermark(tx, { stage: 'enqueue', name: 'main', value, movedBy: 'set', person: 'p@h', reason: 'r', ...part }),
  )

test('one insert_time over several pages is read to its end, and none of it twice', async () => {
  const htids = Array.from({ length: 7 }, (_, n) => `a.${n}`)
  await change(state.db, htids)
  await state.db.query(`UPDATE slip_rights SET insert_time = '2026-01-01 00:00:00'`)
  let pass: Pass | null = await startPass(state.db, 'main', overlap)
  const read: number[] = []
  while (pass !== null) {
    const { next, ...done } = await page(pass, 3)
    read.push(done.read)
    pass = next
  }
  expect(read).toEqual([3, 3, 1])
  expect(await queued()).toEqual(htids)
})

test('an insert_time far in the future holds up nothing: what is changed now is read, and the watermark does not pass now', async () => {
  await change(state.db, ['a.far', 'a.now'])
  await state.db.query(`UPDATE slip_rights SET insert_time = '2999-01-01 00:00:00' WHERE htid = 'a.far'`)
  await wholePass()
  expect(await queued()).toEqual(['a.now'])
  const now = await databaseClock(state.db)
  expect(((await watermark()) as string) < now).toBe(true)
  await change(state.db, ['a.next'])
  await wholePass()
  expect(await queued()).toEqual(['a.next', 'a.now'])
})

test('a clock that steps back an hour hides no change: quick passes read it at once', async () => {
  await change(state.db, ['a.1'])
  const before = await wholePass()
  await clockSteps(-3600)
  const stepped = { ...before, t0: (await state.db.query<{ t: string }>(`SELECT ${later(state.db, 3600)} AS t`))[0]!.t }
  await change(state.db, ['a.2'])
  await page(await startNextPass(state.db, stepped))
  expect(await queued()).toEqual(['a.1', 'a.2'])
})

test("nor from a target whose watermark is older than another's, with which rows are stamped meanwhile", async () => {
  await wholePass()
  await clockSteps(-3600)
  const text = { postgres: 'varchar(64)', mysql: 'CHAR' }[state.db.dialect]
  await state.db.query(
    `INSERT INTO slip_watermark (stage, name, value, updated_at)
     VALUES ('enqueue', 'another', CAST(${later(state.db, 3600)} AS ${text}), CURRENT_TIMESTAMP)`,
  )
  const before = await watermark()
  await change(state.db, ['a.1'])
  await wholePass()
  expect(await queued()).toEqual(['a.1'])
  expect(await watermark()).toBe(before)
})

test('a process that slept through the overlap reads what was committed late before its watermark goes past it', async () => {
  const at = async (seconds: number) =>
    (await state.db.query<{ t: string }>(`SELECT ${later(state.db, seconds)} AS t`))[0]!.t
  const before = await wholePass()
  // as an hour after that pass, which did not see a row stamped half a minute before it
  await clockSteps(3600)
  const asleep = { ...before, t0: await at(-3600), wholeAt: await at(-3600), known: await watermark() }
  await change(state.db, ['a.late'])
  await state.db.query(`UPDATE slip_rights SET insert_time = ${later(state.db, -3630)}`)
  await page(await startNextPass(state.db, asleep))
  expect(await queued()).toEqual(['a.late'])
})

test('a pass is quick until the last whole one began a fifth of the overlap ago', async () => {
  const before = await wholePass()
  const quick = await startNextPass(state.db, before)
  expect(quick).toMatchObject({ wholeAt: before.t0 })
  expect(quick.after.time > (await watermark())!).toBe(true)
  const [row] = await state.db.query<{ t: string }>(`SELECT ${later(state.db, -overlap / 5_000)} AS t`)
  const whole = await startNextPass(state.db, { ...quick, wholeAt: row!.t })
  expect(whole).toMatchObject({ after: { time: await watermark() }, wholeAt: whole.t0 })
})

test('a clock that stepped an hour forward and back leaves the watermark where it was, and no change unread', async () => {
  await wholePass()
  // an hour ahead it was read to there
  await clockSteps(-3600)
  const ahead = await watermark()
  await change(state.db, ['a.1'])
  await wholePass()
  expect(await queued()).toEqual(['a.1'])
  expect(await watermark()).toBe(ahead)
  await clockSteps(3600)
  await change(state.db, ['a.2'])
  await wholePass()
  expect(await queued()).toEqual(['a.1', 'a.2'])
})

test('a writer held up by a lock for longer than half the overlap is rolled back whole', async () => {
  await change(state.db, ['a.1'])
  await state.db.query('UPDATE slip_target SET overlap_ms = 2')
  let late: Promise<unknown> | undefined
  await state.db.transaction(async (tx) => {
    await tx.query(`SELECT 1 FROM slip_rights WHERE htid = 'a.1' FOR UPDATE`)
    late = other.transaction((writer) =>
      upsertRights(writer, [
        { htid: 'a.0', apply: (known) => merge(known, { attr: 1 }) },
        { htid: 'a.1', apply: (known) => merge(known, { attr: 8 }) },
      ]),
    )
    late.catch(() => undefined)
    await untilBlocked(state.db)
  })
  await expect(late).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
  await state.db.query(`UPDATE slip_target SET overlap_ms = ${overlap}`)
  expect(await state.db.query('SELECT htid, attr, rev FROM slip_rights')).toEqual([{ htid: 'a.1', attr: 1, rev: 1 }])
})

describe('the history', () => {
  test('has one row for each pass that found something, whatever its pages', async () => {
    await change(state.db, ['a.1', 'a.2', 'a.3'])
    await wholePass(2)
    const value = await watermark()
    await wholePass(2)
    expect(await readMoves(state.db, 10)).toMatchObject([{ stage: 'enqueue', name: 'main', value, movedBy: 'pass' }])
  })

  test('has one row for each file that was read anew', async () => {
    for (const value of ['1-1-1', '1-1-1', '2-2-2'])
      await state.db.transaction((tx) => writeWatermark(tx, 'rights', 'catalogue:/f', value, true))
    expect((await readMoves(state.db, 10)).map(({ value }) => value)).toEqual(['2-2-2', '1-1-1'])
  })

  test('has who set a watermark, and why', async () => {
    await set('2026-01-01')
    expect(await listWatermarks(state.db)).toMatchObject([{ stage: 'enqueue', name: 'main', cycleAt: null }])
    const [{ movedAt, ...move } = {} as never] = await readMoves(state.db, 10)
    expect(move).toEqual({
      stage: 'enqueue',
      name: 'main',
      value: await watermark(),
      movedBy: 'set',
      person: 'p@h',
      reason: 'r',
    })
  })
})

describe('a watermark set back', () => {
  const lose = () => state.db.query('DELETE FROM slip_queue')

  test('is read from again by a follower that reads on, and re-reading enqueues nothing twice', async () => {
    await change(state.db, ['a.1', 'a.2'])
    await state.db.query(`UPDATE slip_rights SET insert_time = '2026-01-01 00:00:00'`)
    const [target] = [{ name: 'main', engine: 'embedded', schemaVersion: 1, shards: 2, lease: 60_000, overlap }]
    const follower = new Follower(state.db, new EventBus(), target)
    while (await follower.step());
    await lose()
    await set('2025-12-31')
    // a quick pass began behind it: its end must not carry the watermark over what was asked for
    while (await follower.step());
    expect(await queued()).toEqual(['a.1', 'a.2'])
    const [{ n } = { n: 0 }] = await state.db.query<{ n: number }>('SELECT max(gen) AS n FROM slip_queue')
    await set('2025-12-31')
    while (await follower.step());
    expect(await state.db.query('SELECT max(gen) AS n FROM slip_queue')).toEqual([{ n }])
  })

  test('while a page is being read is not passed over by the end of that page', async () => {
    await change(state.db, ['a.1'])
    await wholePass()
    const pass = await startPass(state.db, 'main', overlap)
    const wanted = await set('2026-01-01')
    expect(await page(pass)).toMatchObject({ setBack: true, next: null })
    expect(await watermark()).toBe(wanted.after)
  })

  test('that commits while the end of a page waits for it stays where it was set', async () => {
    await wholePass()
    const pass = await startPass(other, 'main', overlap)
    let late: Promise<{ setBack: boolean }> | undefined
    await state.db.transaction(async (tx: Connection) => {
      const request = { stage: 'enqueue', name: 'main', value: '2026-01-01', movedBy: 'set' } as const
      await setWatermark(tx, { ...request, person: 'p@h', reason: 'r' })
      late = other.transaction((reader) => followPage(reader, pass, 10))
      late.catch(() => undefined)
      await untilBlocked(state.db)
    })
    expect(await late).toMatchObject({ setBack: true })
    expect(await watermark()).toMatch(/^2026-01-01 00:00:00/)
  })

  test('or taken away by hand is read from the beginning', async () => {
    await change(state.db, ['a.1'])
    await state.db.query(`UPDATE slip_rights SET insert_time = '2026-01-01 00:00:00'`)
    const target = { name: 'main', engine: 'embedded', schemaVersion: 1, shards: 2, lease: 60_000, overlap }
    const follower = new Follower(state.db, new EventBus(), target)
    while (await follower.step());
    await lose()
    await state.db.query('DELETE FROM slip_watermark')
    while (await follower.step());
    expect(await queued()).toEqual(['a.1'])
  })
})

describe('setting a watermark', () => {
  test('tells what it was, and whether what lies between is passed over', async () => {
    expect(await set('2026-01-01 08:15:00.123456')).toMatchObject({ before: null, forward: false })
    expect(await set('2026-01-02')).toMatchObject({
      before: expect.stringMatching(/^2026-01-01 08:15:00.123456/),
      forward: true,
    })
    expect(await set('2026-01-01')).toMatchObject({ forward: false })
  })

  test('ahead of the clock of the database is refused', async () => {
    const [row] = await state.db.query<{ t: string }>(`SELECT ${later(state.db, 60)} AS t`)
    await expect(set((row?.t ?? '').slice(0, 26).replace('+00', ''))).rejects.toMatchObject({ code: 'USAGE' })
    expect(await watermark()).toBeNull()
  })

  test.each([
    [{ name: 'other' }, '2026-01-01'],
    [{ stage: 'sweep' }, ''],
    [{ stage: 'rights', name: 'catalogue:/f' }, 'nonsense'],
    [{ stage: 'rights', name: 'catalogue:/never-read' }, 'unread'],
    [{}, 'yesterday'],
    [{}, '2026-02-30'],
    [{}, '2026-01-01 25:00'],
    [{}, '1815-06-18'],
    [{}, "2026-01-01'; DROP TABLE slip_rights"],
  ])('of %j to %j is refused', async (part, value) => {
    await expect(set(value, part)).rejects.toMatchObject({ code: 'USAGE' })
    expect(await readMoves(state.db, 1)).toEqual([])
  })

  test('of a file to unread has it read again', async () => {
    await state.db.transaction((tx) => writeWatermark(tx, 'rights', 'catalogue:/f', '1-1-1', true))
    await set('unread', { stage: 'rights', name: 'catalogue:/f' })
    expect(await readWatermark(state.db, 'rights', 'catalogue:/f')).toBe('unread')
  })

  test.each([
    ['2026-03-01', '2026-03-01 00:00:00.000000'],
    ['2026-03-01T08:15Z', '2026-03-01 08:15:00.000000'],
    ['2026-03-01 08:15:01.5+00', '2026-03-01 08:15:01.500000'],
    ['2024-02-29', '2024-02-29 00:00:00.000000'],
    ['2026-03-01 08:15+01', null],
  ])('reads %s as %s', (text, time) => expect(asTime(text)).toBe(time))
})
