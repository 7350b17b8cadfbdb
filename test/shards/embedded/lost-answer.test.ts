import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEngine } from '../../../src/shards/open-engine.ts'
import { document } from '../../conformance/engine/documents.ts'
import { noPages } from '../../conformance/engine/used-engine.ts'
import { testDatabase } from '../../services/database.ts'

const database = await testDatabase()
const server = new URL(database.url)
const direct = openEngine('embedded', { url: database.url, target: 'main' })
const watcher = new pg.Client({ connectionString: database.url })
/** What the watcher was asked to end: its own answer may come after all that a test waits for. */
const ended: Promise<unknown>[] = []
beforeAll(async () => {
  await direct.create(1)
  await watcher.connect()
})
afterAll(async () => {
  await direct.close()
  await Promise.all(ended)
  await watcher.end()
  await database.drop()
})

/** What the network does with an answer to COMMIT once the server has closed the connection. */
type Fate = 'lost' | 'delivered'

/** A way to the server that keeps back what the server says after COMMIT until it has closed the connection. */
async function cutAfterCommit(fate: Fate): Promise<{ url: string; door: Server }> {
  const door = createServer((client) => relay(client, connect(Number(server.port), server.hostname), fate))
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  const url = Object.assign(new URL(database.url), { port: String((door.address() as AddressInfo).port) })
  return { url: url.href, door }
}

/** A way to the server that breaks with the bytes that name an id. */
async function cutAfter(id: string): Promise<{ url: string; door: Server }> {
  const door = createServer((client) => {
    const backend = connect(Number(server.port), server.hostname)
    client.on('error', () => {})
    backend.on('error', () => {})
    client.on('data', (data) => (data.includes(id) ? client.destroy() : backend.write(data)))
    client.on('close', () => backend.destroy())
    backend.on('data', (data) => client.write(data))
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  const url = Object.assign(new URL(database.url), { port: String((door.address() as AddressInfo).port) })
  return { url: url.href, door }
}

function relay(client: Socket, backend: Socket, fate: Fate): void {
  let held: Buffer[] | null = null
  client.on('error', () => {})
  backend.on('error', () => {})
  client.on('data', (data) => {
    if (data.includes('COMMIT')) held = []
    backend.write(data)
  })
  backend.on('data', (data) => {
    if (!held) client.write(data)
    else if (held.push(data) === 1) ended.push(end(backend.localPort))
  })
  // In one piece: the answer and the farewell of the server are read in the same tick.
  backend.on('end', () => client.end(fate === 'delivered' && held ? Buffer.concat(held) : Buffer.alloc(0)))
  client.on('close', () => backend.destroy())
}

function end(port: number | undefined): Promise<unknown> {
  return watcher.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = $1', [port])
}

test('a post whose COMMIT was not answered is unavailable though written; the same post again is done', async () => {
  const { url, door } = await cutAfterCommit('lost')
  const engine = openEngine('embedded', { url, target: 'main' })
  const posted = document({ id: 'lost.1', fence: 10, pages: ['lostword'] })
  expect(await engine.post(1, [posted])).toMatchObject([{ kind: 'unavailable', unanswered: true }])
  expect((await direct.get(1, ['lost.1'])).map(({ fence }) => fence)).toEqual([10])
  expect(await direct.post(1, [posted])).toEqual([{ kind: 'done' }])
  expect((await direct.search('lostword', { limit: 9, pagesPerHit: 9, pagesOf: noPages })).total).toBe(1)
  await engine.close()
  door.close()
})

test('of a connection that breaks over a document, this one and those sent before it are unanswered; those behind it were never sent', async () => {
  const { url, door } = await cutAfter('cut.2')
  const engine = openEngine('embedded', { url, target: 'main' })
  const outcomes = await engine.post(
    1,
    ['cut.1', 'cut.2', 'cut.3'].map((id) => document({ id, fence: 10 })),
  )
  const [first, second, third] = outcomes
  expect(outcomes.map(({ kind }) => kind)).toEqual(['unavailable', 'unavailable', 'unavailable'])
  expect([first, second]).toMatchObject([{ unanswered: true }, { unanswered: true }])
  expect(third).not.toHaveProperty('unanswered')
  await engine.close()
  door.close()
})

test('what the server says before it ends a connection is an answer: no document broke it', async () => {
  const engine = openEngine('embedded', { url: database.url, target: 'main' })
  await watcher.query('BEGIN')
  await watcher.query('LOCK TABLE index_main.document IN EXCLUSIVE MODE')
  const posting = engine.post(1, [document({ id: 'ended.1', fence: 10 })])
  const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  const admin = new pg.Client({ connectionString: database.url })
  await admin.connect()
  let pids: number[] = []
  while (pids.length === 0) pids = (await admin.query(waiting)).rows.map(({ pid }) => pid)
  await admin.query('SELECT pg_terminate_backend($1)', [pids[0]])
  const [outcome] = await posting
  expect(outcome).toMatchObject({ kind: 'unavailable', message: expect.stringMatching(/terminating connection/) })
  expect(outcome).not.toHaveProperty('unanswered')
  await watcher.query('ROLLBACK')
  await admin.end()
  await engine.close()
})

test('a connection that ends right behind the answer to COMMIT costs neither the answer nor the process', async () => {
  const { url, door } = await cutAfterCommit('delivered')
  const engine = openEngine('embedded', { url, target: 'main' })
  expect(await engine.post(1, [document({ id: 'kept.1', fence: 10 })])).toEqual([{ kind: 'done' }])
  await engine.close()
  door.close()
})
