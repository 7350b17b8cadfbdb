import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { identityOf } from '../../src/embedded-postgres/process-identity.ts'
import { endAbandoned, endRunFolder, newRunFolder } from './run-folder.ts'

async function owner(): Promise<{ process: ChildProcess; folder: string; pid: number }> {
  const child = fork(join(import.meta.dirname, 'folder-owner-process.ts'))
  const [told] = (await once(child, 'message')) as [{ folder: string; pid: number }]
  onTestFinished(async () => {
    await kill(child)
    await endRunFolder(told.folder, 'sleep')
  })
  return { process: child, ...told }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

const present = ({ folder, pid }: { folder: string; pid: number }) => ({
  folder: existsSync(folder),
  server: identityOf(pid) !== null,
})

test('what a killed process left is ended and removed, what a living one uses is left alone', async () => {
  const [killed, living] = [await owner(), await owner()]
  await kill(killed.process)
  expect(present(killed)).toEqual({ folder: true, server: true })
  await endAbandoned('test', 'sleep')
  expect(present(killed)).toEqual({ folder: false, server: false })
  expect(present(living)).toEqual({ folder: true, server: true })
})

test('only the program named is ended', async () => {
  const { folder, pid } = await owner()
  await endRunFolder(folder, 'mariadbd')
  expect({ folder: existsSync(folder), server: identityOf(pid) !== null }).toEqual({ folder: false, server: true })
  process.kill(pid, 'SIGKILL')
})

test('a server that is ended listens no longer, however long its memory takes to be given back', async () => {
  const folder = newRunFolder('test', null)
  mkdirSync(join(folder, 'data'))
  const listen = `
    const memory = Buffer.alloc(256 << 20, 1)
    const server = require('node:net').createServer()
    server.listen(0, '127.0.0.1', () => process.send(server.address().port))`
  const child = spawn(process.execPath, ['-e', listen], {
    cwd: join(folder, 'data'),
    stdio: ['ipc', 'ignore', 'inherit'],
  })
  const [port] = (await once(child, 'message')) as [number]
  await endRunFolder(folder, 'node')
  const [error] = await once(connect(port, '127.0.0.1'), 'error').catch((cause) => [cause])
  expect(error).toMatchObject({ code: 'ECONNREFUSED' })
})
