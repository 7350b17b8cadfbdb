import { once } from 'node:events'
import { expect, test } from 'vitest'
import { withClient } from '../../src/embedded-postgres/database.ts'
import { runningPostmaster } from '../../src/embedded-postgres/postmaster.ts'
import { postgresProcessesIn } from '../../src/embedded-postgres/process-identity.ts'
import { removeServerFiles } from '../../src/embedded-postgres/server.ts'
import { acquired, clusterOf, endByForce, leave, newFolder, said, start } from './processes.ts'

const answer = (url: string) => withClient(url, async (client) => (await client.query('SELECT 42 AS n')).rows[0].n)

test('two processes share one server; it outlives the first to leave and ends with the last', async () => {
  const dir = newFolder()
  const [one, two] = [start('user-process.ts', dir), start('user-process.ts', dir)]
  const [urlOne, urlTwo] = await Promise.all([said(one), said(two)])
  expect(urlOne).toBe(urlTwo)

  expect(await leave(one)).toBe(0)
  expect(await answer(urlTwo)).toBe(42)

  expect(await leave(two)).toBe(0)
  expect(postgresProcessesIn(clusterOf(dir))).toEqual([])
})

test('two holds in one process count as two users, and releasing one twice counts once', async () => {
  const dir = newFolder()
  const one = await acquired(dir)
  const two = await acquired(dir)
  await one.release()
  await one.release()
  expect(await answer(two.url('postgres'))).toBe(42)
  await two.release()
  expect(runningPostmaster(clusterOf(dir))).toBeNull()
})

test('after kill -9 of the only user the server runs on, the next user adopts it, and ends it', async () => {
  const dir = newFolder()
  const killed = start('user-process.ts', dir)
  await said(killed)
  await endByForce(killed)
  const postmaster = runningPostmaster(clusterOf(dir))
  expect(postmaster).not.toBeNull()

  const next = await acquired(dir)
  expect(runningPostmaster(clusterOf(dir))).toBe(postmaster)
  expect(await answer(next.url('postgres'))).toBe(42)
  await next.release()
  expect(runningPostmaster(clusterOf(dir))).toBeNull()
})

test('after kill -9 of the postmaster the next user starts one again, and what was committed is there', async () => {
  const dir = newFolder()
  const user = start('user-process.ts', dir, 'durable')
  const url = await said(user)
  await withClient(url, (client) => client.query('CREATE TABLE kept AS SELECT 7 AS n'))
  const postmaster = runningPostmaster(clusterOf(dir))
  process.kill(postmaster!, 'SIGKILL')

  const next = await acquired(dir, { durable: true })
  expect(runningPostmaster(clusterOf(dir))).not.toBe(postmaster)
  const { rows } = await withClient(next.url('postgres'), (client) => client.query('SELECT n FROM kept'))
  expect(rows).toEqual([{ n: 7 }])
  await next.release()
  expect(await leave(user)).toBe(0)
  expect(postgresProcessesIn(clusterOf(dir))).toEqual([])
})

test('after kill -9 of a user in the middle of initdb the next user ends what is left of it and has a whole cluster', async () => {
  const dir = newFolder()
  const killed = start('user-process.ts', dir)
  const initdb = () => postgresProcessesIn(`${clusterOf(dir)}.unfinished`)
  await expect.poll(initdb, { interval: 5, timeout: 10_000 }).not.toEqual([])
  await endByForce(killed)

  const next = await acquired(dir)
  expect(await answer(next.url('postgres'))).toBe(42)
  expect(initdb()).toEqual([])
})

test('Ctrl-C in the terminal of a user does not reach the server', async () => {
  const dir = newFolder()
  const user = start('user-process.ts', dir)
  const url = await said(user)
  process.kill(-user.pid!, 'SIGINT')
  await once(user, 'exit')
  expect(await answer(url)).toBe(42)
})

test('a server in use is not removed, and who uses it is told', async () => {
  const dir = newFolder()
  const user = start('user-process.ts', dir)
  await said(user)
  await expect(removeServerFiles(dir)).rejects.toMatchObject({ code: 'LOCKED', place: { pid: user.pid } })
  await leave(user)
  await removeServerFiles(dir)
  await expect(once(start('user-process.ts', dir), 'message')).resolves.toBeDefined()
})
