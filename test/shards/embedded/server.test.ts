import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { openPool } from '../../../src/shards/embedded/server.ts'
import { openEngine } from '../../../src/shards/open-engine.ts'
import { document } from '../../conformance/engine/documents.ts'
import { noPages } from '../../conformance/engine/used-engine.ts'
import { testDatabase } from '../../services/database.ts'

const database = await testDatabase()
const admin = new pg.Client({ connectionString: database.url })
await admin.connect()
afterAll(async () => {
  await admin.end()
  await database.drop()
})

const open = (target: string, url = database.url) => openEngine('embedded', { url, target })
const withDatabase = (name: string) => Object.assign(new URL(database.url), { pathname: name }).href

test('no lock is waited for without end, nor does a process that sleeps keep its own', async () => {
  const pool = openPool({ url: database.url, target: 'main' })
  const setting = async (name: string) => (await pool.query(`SHOW ${name}`)).rows[0]?.[name]
  expect([await setting('lock_timeout'), await setting('idle_in_transaction_session_timeout')]).toEqual([
    '2min',
    '1min',
  ])
  await pool.end()
})

describe('create', () => {
  test('every shard is a partition of its own for documents and pages, and posts land there', async () => {
    const engine = open('parts')
    await engine.create(3)
    await engine.post(2, [document({ id: 'a.1', fence: 1, pages: ['x'] })])
    const { rows } = await admin.query(
      "SELECT relname FROM pg_class JOIN pg_inherits ON oid = inhrelid WHERE relnamespace = 'index_parts'::regnamespace AND relkind = 'r' ORDER BY 1",
    )
    const names = rows.map((row) => row.relname)
    expect(names).toEqual(['document_1', 'document_2', 'document_3', 'page_1', 'page_2', 'page_3'])
    const { rows: counts } = await admin.query(
      'SELECT (SELECT count(*)::int FROM index_parts.document_2) AS documents, (SELECT count(*)::int FROM index_parts.page_2) AS pages',
    )
    expect(counts).toEqual([{ documents: 1, pages: 1 }])
    await engine.close()
  })

  test('shards can be added later, and what is there stays', async () => {
    const engine = open('grow')
    await engine.create(1)
    await engine.post(1, [document({ id: 'a.1', fence: 1 })])
    expect(await engine.post(2, [document({ id: 'a.2', fence: 1 })])).toMatchObject([{ kind: 'unavailable' }])
    await engine.create(2)
    expect(await engine.post(2, [document({ id: 'a.2', fence: 1 })])).toEqual([{ kind: 'done' }])
    expect([await engine.count(1), await engine.count(2)]).toEqual([1, 1])
    await engine.close()
  })

  test('processes that create the same index at once all succeed', async () => {
    const engines = [open('crowd'), open('crowd'), open('crowd')]
    await Promise.all(engines.map((engine) => engine.create(4)))
    expect(await engines[0]?.count(4)).toBe(0)
    await Promise.all(engines.map((engine) => engine.close()))
  })

  test('an index that is complete is created again without waiting for a running post', async () => {
    const engine = open('busy')
    await engine.create(1)
    await admin.query('BEGIN')
    await admin.query("INSERT INTO index_busy.page VALUES (1, 'a.1', 1, 1, 1, null, '', '', 0)")
    await engine.create(1)
    await admin.query('ROLLBACK')
    await engine.close()
  })

  test('targets of one database are kept apart', async () => {
    const [first, second] = [open('first'), open('Second-2')]
    await Promise.all([first.create(1), second.create(1)])
    await first.post(1, [document({ id: 'a.1', fence: 1, title: 'alone' })])
    expect((await second.search('alone', { limit: 1, pagesPerHit: 1, pagesOf: noPages })).total).toBe(0)
    expect(await second.count(1)).toBe(0)
    await Promise.all([first.close(), second.close()])
  })

  test('a database that is missing is made, by whichever process comes first', async () => {
    const name = `${new URL(database.url).pathname.slice(1)}_made`
    const engines = [open('main', withDatabase(name)), open('main', withDatabase(name))]
    await Promise.all(engines.map((engine) => engine.create(1)))
    expect(await engines[1]?.count(1)).toBe(0)
    await Promise.all(engines.map((engine) => engine.close()))
    await admin.query(`DROP DATABASE ${name}`)
  })

  test('a scan is in byte order where the database sorts by language', async () => {
    const name = `${new URL(database.url).pathname.slice(1)}_english`
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`)
    const engine = open('main', withDatabase(name))
    await engine.create(1)
    const ids = ['b.B', 'b.a', 'b.b', 'b/1', 'b.10', 'b.9', 'b._']
    await engine.post(
      1,
      ids.map((id) => document({ id, fence: 1 })),
    )
    expect((await engine.scan(1, '', 10)).map(({ id }) => id)).toEqual(ids.toSorted())
    expect((await engine.scan(1, 'b.B', 10)).map(({ id }) => id)).toEqual(['b._', 'b.a', 'b.b', 'b/1'])
    await engine.close()
    await admin.query(`DROP DATABASE ${name}`)
  })

  test('a database that is not in UTF8 is refused with CONFIG_INVALID', async () => {
    const name = `${new URL(database.url).pathname.slice(1)}_latin`
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`)
    const engine = open('main', withDatabase(name))
    await expect(engine.create(1)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await engine.close()
    await admin.query(`DROP DATABASE ${name}`)
  })

  test.each(['', 'two words', 'semi;colon', 'quote"', 'x'.repeat(49)])(
    'the target name %j is refused with CONFIG_INVALID',
    (target) => {
      expect(() => open(target)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    },
  )
})

describe('a server that is away', () => {
  const away = open('main', 'postgres://nobody@127.0.0.1:1/none')
  const missing = open('never_created')
  afterAll(() => Promise.all([away.close(), missing.close()]))

  test('posts and removals are unavailable, each of them', async () => {
    const documents = ['a.1', 'a.2'].map((id) => document({ id, fence: 1 }))
    const posted = await away.post(1, documents)
    expect(posted.map(({ kind }) => kind)).toEqual(['unavailable', 'unavailable'])
    for (const outcome of posted) expect(outcome).not.toHaveProperty('unanswered')
    expect(await away.remove(1, [{ id: 'a.1', fence: 1, rev: 1 }])).toMatchObject([
      { kind: 'unavailable', message: expect.stringContaining('ECONNREFUSED') },
    ])
  })

  test.each([
    ['create', () => away.create(1)],
    ['health', () => away.health()],
    ['get', () => away.get(1, ['a.1'])],
    ['scan', () => away.scan(1, '', 1)],
    ['count', () => away.count(1)],
    ['search', () => away.search('word', { limit: 1, pagesPerHit: 1, pagesOf: noPages })],
    ['count where no index was created', () => missing.count(1)],
  ])('%s rejects with ENGINE_UNAVAILABLE and names the target', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', place: { target: expect.any(String) } })
  })

  test('a post to an index that was never created is unavailable, not the fault of the document', async () => {
    const [outcome] = await missing.post(1, [document({ id: 'a.1', fence: 1 })])
    expect(outcome).toMatchObject({ kind: 'unavailable' })
    expect(outcome).not.toHaveProperty('unanswered')
  })

  test('a query without words is answered all the same: it asks for nothing', async () => {
    expect(await away.search('…', { limit: 1, pagesPerHit: 1, pagesOf: noPages })).toEqual({ total: 0, hits: [] })
  })

  test('closing twice is closing once', async () => {
    const engine = open('main')
    await Promise.all([engine.close(), engine.close()])
  })
})

test('a document whose JSON cannot be read is rejected, its neighbours are done', async () => {
  const engine = open('json')
  await engine.create(1)
  const broken = { ...document({ id: 'a.2', fence: 1, pages: ['x'] }), json: Buffer.from('{"id":') }
  const outcomes = await engine.post(1, [document({ id: 'a.1', fence: 1 }), broken, document({ id: 'a.3', fence: 1 })])
  expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'rejected', 'done'])
  await engine.close()
})
