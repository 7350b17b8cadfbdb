import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { identityOf } from '../../src/embedded-postgres/process-identity.ts'
import { endAbandoned, endRunFolder } from './run-folder.ts'

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
