import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Connection } from '../../src/state/connection.ts'
import { claim } from '../../src/state/queue/claim.ts'
import { fail } from '../../src/state/queue/fail.ts'
import { projectFiles, readProjectFile } from '../checks/source-files.ts'
import { endOthers } from './broken-connection.ts'
import { change, claimBucket, enqueue, queueRow, type State, settleAll, worker } from './fixture.ts'
import { openForFile, state, token } from './opened.ts'

openForFile()

/** What only one database does is a test of that one: on the other there is none. */
const isPostgres = inject('stateServer') === 'postgres'

// The traps of the dialects, each a test here, but for: a binary log of statements and Galera, server-check.test.ts;
// poolers, test/services/pgbouncer.test.ts; plans of the hot statements, plans.test.ts; ids as keys, keys.test.ts.

describe('a row edited by hand', () => {
  beforeAll(async () => {
    await change(state.db, ['k.1', 'k.2', 'k.3'])
    await enqueue(state.db, ['k.1', 'k.2', 'k.3'])
    await settleAll(state.db, await claimBucket(state.db, token, { batch: 1 }))
    const held = await claimBucket(state.db, token, { batch: 1 })
    await state.db.transaction((tx) =>
      fail(tx, held, [{ htid: 'k.2', code: 'METS_MISSING', class: 'item', message: 'm', detail: '{}' }], {
        worker: token,
        pid: 1,
        host: 'host-a',
      }),
    )
  })
  afterAll(async () => {
    await state.db.query('DELETE FROM slip_claim')
    await state.db.query('DELETE FROM slip_queue')
  })

  test.each([
    ['slip_queue', 'k.3', 'state = 1'],
    ['slip_queue', 'k.3', `claim_token = '00000000-0000-4000-8000-000000000000'`],
    ['slip_queue', 'k.3', 'claimed_rev = 1'],
    ['slip_queue', 'k.3', 'claimed_gen = 1'],
    ['slip_queue', 'k.3', 'state = 2'],
    ['slip_queue', 'k.3', 'available_at = CURRENT_TIMESTAMP(6)'],
    ['slip_queue', 'k.3', 'state = 3'],
    ['slip_queue', 'k.3', 'hold = TRUE'],
    ['slip_queue', 'k.3', 'state = 4'],
    ['slip_queue', 'k.3', 'lane = 4'],
    ['slip_queue', 'k.3', 'shard = -1'],
    ['slip_queue', 'k.3', 'rev = 0'],
    ['slip_queue', 'k.3', 'gen = 0'],
    ['slip_queue', 'k.3', 'attempts = -1'],
    ['slip_queue', 'k.3', 'fence = 9007199254740992'],
    ['slip_queue', 'k.3', `action = 'retry'`],
    ['slip_queue', 'k.3', `htid = 'k. 3'`],
    ['slip_indexed', 'k.1', 'digest = NULL'],
    ['slip_indexed', 'k.1', `presence = 'absent'`],
    ['slip_indexed', 'k.1', `presence = 'there'`],
    ['slip_indexed', 'k.1', 'rev = -1'],
    ['slip_indexed', 'k.1', 'fence = 9007199254740992'],
    ['slip_errors', 'k.2', 'resolved_at = CURRENT_TIMESTAMP(6)'],
    ['slip_errors', 'k.2', `resolution = 'fixed'`],
    ['slip_errors', 'k.2', `class = 'mine'`],
    ['slip_rights', 'k.1', `htid = 'k. 1'`],
  ])('CHECK refuses an edit of %s (%s): %s', async (table, htid, set) => {
    const before = await state.db.query(`SELECT * FROM ${table} WHERE htid = '${htid}'`)
    expect(before).toHaveLength(1)
    await expect(state.db.query(`UPDATE ${table} SET ${set} WHERE htid = '${htid}'`)).rejects.toThrow(
      /check|constraint/i,
    )
    expect(await state.db.query(`SELECT * FROM ${table} WHERE htid = '${htid}'`)).toEqual(before)
  })
})

describe('an upsert, whose assignments MySQL makes from left to right,', () => {
  test('sees the old state, rev and lane in every one of them', async () => {
    await change(state.db, ['u.1', 'u.2'])
    await enqueue(state.db, ['u.1', 'u.2'])
    const held = await claimBucket(state.db, token, { batch: 1 })
    await state.db.query(
      `UPDATE slip_queue SET state = 2, attempts = 2, available_at = CURRENT_TIMESTAMP(6) + INTERVAL '1' DAY
       WHERE htid = 'u.2'`,
    )
    const rows = () =>
      state.db.query(`SELECT state, lane, rev, gen, attempts FROM slip_queue WHERE htid LIKE 'u.%' ORDER BY htid`)
    const both = (over: object) => [
      { state: 1, lane: 1, rev: 1, gen: 1, attempts: 1, ...over },
      { state: 2, lane: 1, rev: 1, gen: 1, attempts: 2, ...over },
    ]
    await enqueue(state.db, ['u.1', 'u.2'])
    expect(await rows()).toEqual(both({}))
    await change(state.db, ['u.1', 'u.2'], { title: 1 })
    await enqueue(state.db, ['u.1', 'u.2'])
    expect(await rows()).toEqual([
      { state: 1, lane: 1, rev: 2, gen: 2, attempts: 1 },
      { state: 0, lane: 1, rev: 2, gen: 2, attempts: 0 },
    ])
    expect(await queueRow(state.db, 'u.2')).toMatchObject({ available_at: null })
    await settleAll(state.db, held)
    await settleAll(state.db, await claimBucket(state.db, token))
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
  })
})

describe('a time', () => {
  const us = (text: string) => text.replace(/\+00$/, '').replace(/(\.\d+)?$/, (part) => (part || '.').padEnd(7, '0'))
  const written = async (text: string) => {
    await state.db.query(`DELETE FROM slip_watermark WHERE name = 't'`)
    await state.db.query(
      `INSERT INTO slip_watermark (stage, name, value, cycle_at, updated_at)
       VALUES ('test', 't', '', '${text}', '${text}')`,
    )
    const [row] = await state.db.query<{ cycle_at: string }>(`SELECT cycle_at FROM slip_watermark WHERE name = 't'`)
    const back = row?.cycle_at ?? ''
    const found = await state.db.query(
      `SELECT 1 FROM slip_watermark WHERE name = 't' AND cycle_at = '${back.replace('+00', '')}'`,
    )
    return [us(back), found.length]
  }

  test.each([
    '1970-01-01 00:00:00.000001',
    '1969-12-31 23:59:59.999999',
    '2026-03-29 02:30:00.123456',
    '2026-10-25 02:30:00.000001',
    '2026-03-08 02:30:00.999999',
    '2038-01-19 03:14:08.000000',
    '2100-12-31 23:59:59.999999',
  ])('%s comes back with its microseconds, whatever zone this process lives in', async (text) => {
    const zone = process.env.TZ
    for (const other of ['Europe/Berlin', 'America/New_York', 'UTC']) {
      process.env.TZ = other
      expect(await written(text)).toEqual([text, 1])
    }
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })

  test('of any microsecond from 1970 to 2100 comes back as it was', async () => {
    const time = fc
      .tuple(fc.date({ min: new Date('1970-01-01'), max: new Date('2100-12-31'), noInvalidDate: true }), fc.nat(999))
      .map(([date, micros]) => date.toISOString().replace('T', ' ').replace('Z', String(micros).padStart(3, '0')))
    await fc.assert(
      fc.asyncProperty(time, async (text) => {
        expect(await written(text)).toEqual([text, 1])
      }),
      { numRuns: 60 },
    )
  })

  test('is of no column that ends in 2038', async () => {
    const columns = await state.db.query(
      `SELECT table_name, column_name FROM information_schema.columns
       WHERE table_name LIKE 'slip@_%' ESCAPE '@' AND table_name <> 'slip_migration'
       AND data_type = 'timestamp'`,
    )
    expect(columns).toEqual([])
  })
})

describe('an integer of 64 bits', () => {
  const most = 9_007_199_254_740_991

  test('is exact up to 2 to the power of 53 minus 1', async () => {
    await change(state.db, ['n.1'])
    await enqueue(state.db, ['n.1'])
    for (const value of [most, most - 1, most - 2]) {
      await state.db.query(`UPDATE slip_queue SET seq = ${value}, rev = ${value}, fence = ${value} WHERE htid = 'n.1'`)
      expect(await queueRow(state.db, 'n.1')).toMatchObject({ seq: value, rev: value, fence: value })
    }
  })

  test('beyond is refused when it is read, never rounded', async () => {
    await state.db.query(`UPDATE slip_queue SET seq = 9007199254740993 WHERE htid = 'n.1'`)
    await expect(queueRow(state.db, 'n.1')).rejects.toMatchObject({
      code: 'INTERNAL',
      message: 'integer 9007199254740993 from the database is not a safe number',
    })
    await state.db.query(`DELETE FROM slip_queue WHERE htid = 'n.1'`)
  })
})

describe('READ COMMITTED', () => {
  const seesOthers = (to: State['db'], writer: State['db']) =>
    to.transaction(async (tx) => {
      const count = async () => (await tx.query('SELECT name FROM slip_watermark')).length
      const before = await count()
      await writer.query(
        `INSERT INTO slip_watermark (stage, name, value, updated_at)
         SELECT 'test', CONCAT('seen.', count(*)), '', CURRENT_TIMESTAMP(6) FROM slip_watermark`,
      )
      return (await count()) - before
    })

  test('is in force on every connection of the pool, and on those that follow when the server has ended them', async () => {
    const db = await state.another()
    for (let round = 0; round < 3; round++) {
      expect(await db.transaction(() => seesOthers(db, state.db))).toBe(1)
      await endOthers(state.db)
    }
  })

  test('lets nobody wait for a row that is not there', async () => {
    const db = await state.another()
    await db.transaction(async (tx) => {
      await tx.query(`SELECT * FROM slip_queue WHERE target = 'main' AND htid > 'zz' ORDER BY htid FOR UPDATE`)
      await change(state.db, ['zz.1'])
      expect(await enqueue(state.db, ['zz.1'])).toBe(1)
    })
    await state.db.query(`DELETE FROM slip_queue WHERE htid = 'zz.1'`)
  })
})

if (isPostgres)
  test('settings of a role or a database leave how times are written as it is', async () => {
    const [{ name } = { name: '' }] = await state.db.query<{ name: string }>('SELECT current_database() AS name')
    await state.db.query(`ALTER DATABASE ${name} SET datestyle = 'German'`)
    try {
      const db = await state.another()
      const [row] = await db.query<{ at: string }>(`SELECT timestamptz '2026-02-01 03:04:05.000006+00' AS at`)
      expect(row?.at).toBe('2026-02-01 03:04:05.000006+00')
    } finally {
      await state.db.query(`ALTER DATABASE ${name} RESET datestyle`)
    }
  })

if (isPostgres)
  test('rows that change all the time have room beside them, and are vacuumed early and without a rest', async () => {
    const options = await state.db.query<{ name: string; option: string }>(
      `SELECT relname AS name, unnest(reloptions) AS option FROM pg_class
       WHERE relname IN ('slip_queue', 'slip_claim') ORDER BY relname, option`,
    )
    const of = (table: string) => options.filter(({ name }) => name === table).map(({ option }) => option)
    expect(of('slip_queue')).toEqual([
      'autovacuum_analyze_scale_factor=0.05',
      'autovacuum_vacuum_cost_delay=0',
      'autovacuum_vacuum_scale_factor=0.01',
      'fillfactor=70',
    ])
    expect(of('slip_claim')).toEqual([
      'autovacuum_vacuum_cost_delay=0',
      'autovacuum_vacuum_scale_factor=0.01',
      'fillfactor=50',
    ])
  })

test('no clock but that of the database is read in src/state', () => {
  const clocks = /Date\.now|new Date\(\)|performance\.now|hrtime/
  const files = projectFiles('src/state/**/*.ts', 'src/state/*.ts')
  expect(files.length).toBeGreaterThan(30)
  expect(files.filter((file) => clocks.test(readProjectFile(file)))).toEqual([])
})

test('REPLACE, which wipes claims, is in no statement', () => {
  const files = projectFiles('src/state/**/*.ts', 'src/state/*.ts', 'migrations/*.ts')
  expect(files.filter((file) => /\bREPLACE\s+INTO\b/i.test(readProjectFile(file)))).toEqual([])
})

test('an error is not inserted from a query, which would let writers wait for each other on MySQL', async () => {
  await change(state.db, ['e.1'])
  await enqueue(state.db, ['e.1'])
  const held = await claimBucket(state.db, token)
  const sent: string[] = []
  await state.db.transaction((tx) => {
    const told: Connection = {
      dialect: tx.dialect,
      query: (sql, values) => tx.query(sql, values),
      change: (sql, values) => {
        sent.push(sql)
        return tx.change(sql, values)
      },
    }
    return fail(told, held, [{ htid: 'e.1', code: 'METS_MISSING', class: 'item', message: 'm', detail: '{}' }], {
      worker: token,
      pid: 1,
      host: 'host-a',
    })
  })
  const fromQuery = sent.filter((sql) => /INSERT INTO slip_errors[^;]*\bSELECT\b/.test(sql))
  expect(state.db.dialect === 'mysql' ? fromQuery : []).toEqual([])
})

test('a claim locks its batch and no more, also after statistics were taken of an empty queue', async () => {
  await state.db.query('DELETE FROM slip_claim')
  await state.db.query('DELETE FROM slip_queue')
  await state.db.query(state.db.dialect === 'mysql' ? 'ANALYZE TABLE slip_queue' : 'ANALYZE slip_queue')
  const htids = Array.from({ length: 300 }, (_, at) => `s.${String(at).padStart(3, '0')}`)
  await change(state.db, htids)
  await enqueue(state.db, htids)
  const second = await state.another()
  await state.db.transaction(async (tx) => {
    const bucket = { target: 'main', lane: 1, shard: 0 }
    await claim(tx, { bucket, worker: token, pid: 1, host: 'host-a', batch: 5, draw: 1, fromSeq: 0 })
    const next = await claimBucket(second, await worker(second), { batch: 5 })
    expect(next.items.map(({ htid }) => htid)).toEqual(htids.slice(5, 10))
  })
  await state.db.query('DELETE FROM slip_claim')
  await state.db.query('DELETE FROM slip_queue')
})
