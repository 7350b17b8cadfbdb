import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'
import { connectForeign, type ForeignDatabase } from '../../../src/sources/foreign/connect.ts'
import { RightsDb, type RightsDbSettings, type RightsPage } from '../../../src/sources/rights-db/rights-db.ts'
import { pageSize, Statements } from '../../../src/sources/rights-db/statements.ts'
import { type Foreign, foreignServers, openForeign, settingsOf } from './foreign.ts'

const configOf = (sources: string) =>
  parseConfig(
    `
database: { url: postgres://db.example/slip }
repository: { root: obj }
sources: { ${sources} }
targets: { main: { engine: embedded } }
`,
    '/etc/slip/slip.yaml',
  )

describe.each(foreignServers)('a rights database on %s', (server) => {
  let foreign: Foreign
  beforeAll(async () => {
    foreign = await openForeign(server)
  })
  afterAll(() => foreign.drop())
  let settings: RightsDbSettings
  beforeEach(async () => {
    await foreign.run('DELETE FROM rights_current')
    settings = settingsOf(foreign.url)
  })
  const opened: RightsDb[] = []
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close()
  })
  const open = (part: Partial<RightsDbSettings> = {}) => {
    const rightsDb = new RightsDb({ ...settings, ...part })
    opened.push(rightsDb)
    return rightsDb
  }
  async function feed(watermark: string | null = null, part: Partial<RightsDbSettings> = {}) {
    const pages: RightsPage[] = []
    for await (const page of open(part).feed(watermark)) pages.push(page)
    const events = pages.flatMap((page) => page.events)
    const ids = events.map((event) => (event.kind === 'rights' ? event.htid : event.file))
    return { pages, events, ids, watermark: pages.at(-1)?.watermark ?? null }
  }
  /** The clock of the database moved by some minutes, in UTC and seconds. */
  const clockAt = async (minutes: number) => {
    const { db, moved } =
      server === 'mariadb'
        ? { db: await connectForeign('rights', settings), moved: `UTC_TIMESTAMP() + INTERVAL ${minutes} MINUTE` }
        : {
            db: await connectForeign('rights', settings),
            moved: `now() AT TIME ZONE 'UTC' + INTERVAL '${minutes}' MINUTE`,
          }
    const [row] = await db.query<{ at: string }>(`SELECT CAST(${moved} AS CHAR(19)) AS at`)
    await db.close()
    return row?.at as string
  }

  test('an empty table is read up to an overlap behind the clock of the database, which is not ours', async () => {
    const [low, { watermark }, high] = [await clockAt(-10), await feed(), await clockAt(-10)]
    expect([low, watermark?.slice(0, 19), high].toSorted()).toEqual([low, watermark?.slice(0, 19), high])
  })

  test('what is older than the watermark is not read again, what is as old is', async () => {
    await foreign.put('a.1', 1, '2026-01-01 00:00:00')
    await foreign.put('a.2', 1, '2026-01-01 00:00:01')
    expect((await feed('2026-01-01 00:00:01.000000')).ids).toEqual(['a.2'])
  })

  test('a time in the future moves no watermark past the clock', async () => {
    await foreign.put('a.1', 1, '2037-01-01 00:00:00')
    const { watermark, ids } = await feed()
    expect(ids).toEqual(['a.1'])
    expect((watermark as string) < (await clockAt(0))).toBe(true)
  })

  test('a watermark never goes back, though a clock may', async () => {
    const ahead = `${await clockAt(60)}.000000`
    expect((await feed(ahead)).watermark).toBe(ahead)
  })

  test('pages end in the midst of rows of one time, and each row is met once, oldest first', async () => {
    const values = Array.from({ length: 2_100 }, (_, at) => {
      const time = at < 1_500 ? '2009-01-01 05:00:00' : '2010-01-01 05:00:00'
      return `('${at % 7 === 0 ? 'b' : 'a'}', '${at}', 1, 1, 1, 1, '${time}')`
    })
    await foreign.run(
      `INSERT INTO rights_current (namespace, id, attr, reason, source, access_profile, time) VALUES ${values.join(', ')}`,
    )
    const { ids, pages, events } = await feed()
    expect(pages.map((page) => [page.events.length, page.last])).toEqual([
      [1_000, false],
      [1_000, false],
      [100, true],
    ])
    expect(new Set(ids).size).toBe(2_100)
    const times = events.map((event) => (event.kind === 'rights' ? event.rightsTime : null))
    expect(times).toEqual(times.toSorted())
    expect(pages[0]?.watermark).toBe('2009-01-01 04:50:00.000000')
  })

  test('times are UTC whatever the time zone of who wrote them', async () => {
    await foreign.run(server === 'mariadb' ? `SET SESSION time_zone = '-05:00'` : `SET timezone = 'America/Detroit'`)
    await foreign.put('a.1', 1, '2026-01-01 00:00:00')
    await foreign.run(server === 'mariadb' ? `SET SESSION time_zone = '+00:00'` : `SET timezone = 'UTC'`)
    expect((await feed()).events).toEqual([expect.objectContaining({ rightsTime: '2026-01-01 05:00:00' })])
  })

  test('readings of a clock nobody names keep the watermark an overlap behind the last of them', async () => {
    const [odd, usual] =
      server === 'mariadb'
        ? ['MODIFY time datetime NOT NULL', 'MODIFY time timestamp NOT NULL DEFAULT current_timestamp()']
        : ['ALTER COLUMN time TYPE timestamp', 'ALTER COLUMN time TYPE timestamptz']
    await foreign.run(`ALTER TABLE rights_current ${odd}`)
    await foreign.put('a.1', 1, '2026-01-01 12:00:00')
    const { watermark } = await feed()
    expect(watermark).toBe('2026-01-01 11:50:00.000000')
    expect((await feed(watermark)).ids).toEqual(['a.1'])
    await foreign.run(`ALTER TABLE rights_current ${usual}`)
  })

  test('a number is what the tables of the database call it; without a name, or without a table, it stays a number', async () => {
    await foreign.put('a.1', 28)
    await foreign.run('UPDATE rights_current SET reason = 77, source = 2')
    expect((await feed()).events).toEqual([
      expect.objectContaining({ attr: 28, reason: '77', source: 'lit-dlps-dc', accessProfile: 'google' }),
    ])
    const codes = { attributes: 'none', reasons: 'none', sources: 'none', accessProfiles: 'none' }
    expect((await feed(null, { codes })).events).toEqual([expect.objectContaining({ kind: 'bad' })])
    await foreign.run('UPDATE rights_current SET attr = 2')
    expect((await feed(null, { codes })).events).toEqual([
      expect.objectContaining({ attr: 2, reason: '77', source: '2', accessProfile: '2' }),
    ])
  })

  test('a table without reason, source and access profile gives none of them', async () => {
    const columns = { reason: 'none', source: 'none', accessProfile: 'none' }
    const { table } = settings
    const without = { table: 'rights_bare', columns: { ...settings.columns, ...columns } }
    await foreign.put('a.1', 2, '2026-01-01 00:00:00')
    await foreign.run(`CREATE TABLE rights_bare AS SELECT namespace, id, attr, time FROM ${table}`)
    const row = { htid: 'a.1', attr: 2, reason: null, source: null, accessProfile: null }
    expect((await feed(null, without)).events).toEqual([expect.objectContaining(row)])
    expect((await open(without).lookup(['a.1'])).get('a.1')).toMatchObject(row)
    await foreign.run('DROP TABLE rights_bare')
  })

  test('a lookup finds the rows of the items asked for, in any namespace, and no others', async () => {
    for (const htid of ['a.1', 'a.2', 'b.1', 'b.x:/y.z']) await foreign.put(htid, 2)
    const found = await open().lookup(['a.1', 'b.x:/y.z', 'b.2', 'c.1'])
    expect([...found.keys()].toSorted()).toEqual(['a.1', 'b.x:/y.z'])
    expect(found.get('a.1')).toMatchObject({ attr: 2, reason: 'bib', source: 'google' })
  })

  test('table and columns are called what the configuration says, any word', async () => {
    await foreign.put('a.1', 2)
    const quote = server === 'mariadb' ? '`' : '"'
    const names = { namespace: 'order', id: 'select', time: 'when', attr: 'A' }
    const rename = (from: string, to: string) =>
      foreign.run(`ALTER TABLE rights_current RENAME COLUMN ${quote}${from}${quote} TO ${quote}${to}${quote}`)
    for (const [from, to] of Object.entries(names)) await rename(from, to)
    const columns = { ...settings.columns, ...names }
    expect((await feed(null, { columns })).events).toEqual([expect.objectContaining({ htid: 'a.1', attr: 2 })])
    expect((await open({ columns }).lookup(['a.1'])).size).toBe(1)
    for (const [from, to] of Object.entries(names)) await rename(to, from)
  })

  test('what is not as the configuration says is told with the words of the server, as a fault of the surroundings', async () => {
    for (const part of [
      { table: 'nowhere' },
      { columns: { ...settings.columns, attr: 'nothing' } },
      { columns: { ...settings.columns, time: 'id' } },
      { password: 'wrong', user: 'nobody-known' },
      { url: settings.url.replace(/:\d+\//, ':1/') },
    ]) {
      const told = await feed(null, part).catch((error: unknown) => error)
      expect(told).toMatchObject({ code: 'SOURCE_DB_UNAVAILABLE', class: 'environment' })
    }
  })

  test('the database is only read: a session of ours cannot write', async () => {
    const db = await connectForeign('rights', settings)
    await expect(db.query('DELETE FROM rights_current')).rejects.toThrow(/read.only/i)
    await db.close()
  })

  test('a statement that takes too long is ended', async () => {
    const db = await connectForeign('rights', { ...settings, timeout: 1_000 })
    const sleep = server === 'mariadb' ? 'SELECT SLEEP(3600) FROM attributes' : 'SELECT pg_sleep(3600)'
    await expect(db.query(sleep)).rejects.toMatchObject({ code: 'SOURCE_DB_UNAVAILABLE' })
    await db.close()
  })
})

test('a rights-db is the only source of rights in a configuration', () => {
  const rightsDb = '{ kind: rights-db, url: mysql://db.example/ht }'
  expect(() => configOf(`a: ${rightsDb}, b: { kind: hathifiles, files: [x] }`)).toThrow(/only source of rights/)
  expect(() => configOf(`a: ${rightsDb}, b: ${rightsDb}`)).toThrow(/only source of rights/)
  expect(() => configOf('a: { kind: rights-db, url: db.example/ht }')).toThrow(/mysql:\/\/ HOST/)
  expect(() => configOf('a: { kind: rights-db, url: mysql://h/ht, table: "x; y" }')).toThrow(/name of a table/)
  expect(configOf(`a: ${rightsDb}`).sources.a).toMatchObject({ table: 'rights_current', overlap: 600_000 })
})

describe('on a table of many rows of one time, a page', () => {
  test.each(foreignServers)('is found by the index on %s: hardly more rows are read than it has', async (server) => {
    const foreign = await openForeign(server)
    const values = Array.from(
      { length: 6_000 },
      (_, at) => `('a', '${100_000 + at}', 1, 1, 1, 1, '2009-01-01 05:00:00')`,
    )
    await foreign.run(
      `INSERT INTO rights_current (namespace, id, attr, reason, source, access_profile, time) VALUES ${values.join(', ')}`,
    )
    await foreign.run(server === 'mariadb' ? 'ANALYZE TABLE rights_current' : 'ANALYZE rights_current')
    const settings = settingsOf(foreign.url)
    const db = await connectForeign('rights', settings)
    const statements = new Statements(db.dialect, settings)
    const row = { at: '2009-01-01 05:00:00.000000', namespace: 'a', id: '104000' }
    const read = await rowsRead(
      db,
      statements.next,
      db.dialect === 'postgres'
        ? [row.at, row.namespace, row.id]
        : [row.at, row.namespace, row.id, row.at, row.namespace, row.at],
    )
    await db.close()
    await foreign.drop()
    expect(read).toBeGreaterThanOrEqual(pageSize)
    expect(read).toBeLessThan(pageSize * 1.1)
  })
})

/** How many rows the server looks at for a statement. */
async function rowsRead(db: ForeignDatabase, sql: string, values: readonly unknown[]): Promise<number> {
  if (db.dialect === 'mysql') {
    await db.query('FLUSH STATUS')
    await db.query(sql, values)
    const counts = await db.query<{ Value: string }>(`SHOW SESSION STATUS LIKE 'Handler_read%'`)
    return counts.reduce((sum, { Value }) => sum + Number(Value), 0)
  }
  const plan = await db.query<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, COSTS off) ${sql}`, values)
  const text = plan.map((line) => line['QUERY PLAN']).join('\n')
  const all = [...text.matchAll(/rows=(\d+)|Rows Removed by Filter: (\d+)/g)].map(([, a, b]) => Number(a ?? b))
  return Math.max(...all, 0)
}
