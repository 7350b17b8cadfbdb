import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { withLock } from '../../src/embedded-postgres/lock.ts'
import { identityOf, isRunning } from '../../src/embedded-postgres/process-identity.ts'
import { addUser, livingUsers } from '../../src/embedded-postgres/users.ts'
import { endByForce, newFolder, said, start } from './processes.ts'

test('processes that take the lock again and again never hold it together', async () => {
  const folder = newFolder()
  const counter = join(folder, 'counter')
  writeFileSync(counter, '0')
  const processes = [1, 2, 3].map(() => start('lock-process.ts', join(folder, 'lock'), 'count', counter, '40'))
  await Promise.all(processes.map((child) => once(child, 'exit')))
  expect(readFileSync(counter, 'utf8')).toBe('120')
})

test('a process that dies while it holds the lock does not keep it', async () => {
  const lock = join(newFolder(), 'lock')
  const holder = start('lock-process.ts', lock, 'hold')
  await said(holder)
  await endByForce(holder)
  expect(await withLock(lock, 10_000, async () => 'taken')).toBe('taken')
})

test('several that find the same dead holder still take the lock one after the other', async () => {
  const folder = newFolder()
  const counter = join(folder, 'counter')
  writeFileSync(counter, '0')
  const holder = start('lock-process.ts', join(folder, 'lock'), 'hold')
  await said(holder)
  const processes = [1, 2, 3].map(() => start('lock-process.ts', join(folder, 'lock'), 'count', counter, '10'))
  await endByForce(holder)
  await Promise.all(processes.map((child) => once(child, 'exit')))
  expect(readFileSync(counter, 'utf8')).toBe('30')
})

test('a lock that a living process keeps too long is an error that names the process', async () => {
  const lock = join(newFolder(), 'lock')
  const holder = start('lock-process.ts', lock, 'hold')
  await said(holder)
  await expect(withLock(lock, 0, async () => {})).rejects.toMatchObject({
    code: 'LOCKED',
    place: { pid: holder.pid },
  })
})

test('work that fails gives the lock back and its error on', async () => {
  const lock = join(newFolder(), 'lock')
  await expect(withLock(lock, 0, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await withLock(lock, 0, async () => 'taken')).toBe('taken')
})

test('without the program flock the error names it', async () => {
  const folder = newFolder()
  const path = process.env.PATH
  onTestFinished(() => {
    process.env.PATH = path
  })
  process.env.PATH = folder
  await expect(withLock(join(folder, 'lock'), 0, async () => {})).rejects.toMatchObject({
    code: 'EMBEDDED_SERVER_FAILED',
    message: expect.stringContaining('flock'),
  })
})

test('a user whose pid now belongs to another process counts as gone', async () => {
  const users = join(newFolder(), 'elsewhere')
  mkdirSync(users)
  const [pid, started, boot] = identityOf(process.pid)!.split('.')
  const earlier = `${pid}.${Number(started) - 1}.${boot}`
  expect(isRunning(earlier)).toBe(false)
  writeFileSync(join(users, `${earlier}~1`), '')
  await addUser(users)
  expect(await livingUsers(users)).toEqual([identityOf(process.pid)])
})
