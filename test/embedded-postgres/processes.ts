import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { existingRefuge } from '../../src/embedded-postgres/home.ts'
import {
  type AcquireOptions,
  acquireServer,
  type EmbeddedServer,
  removeServerFiles,
} from '../../src/embedded-postgres/server.ts'

/** A new folder that everyone may enter; gone after the test, with whatever server runs in it. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slip-embedded-test-'))
  chmodSync(folder, 0o755)
  onTestFinished(async () => {
    chmodSync(folder, 0o755)
    await removeServerFiles(folder)
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** A hold of this process, not durable unless asked; given back after the test. */
export async function acquired(folder: string, options: AcquireOptions = {}): Promise<EmbeddedServer> {
  const server = await acquireServer(folder, { durable: false, ...options })
  onTestFinished(() => server.release())
  return server
}

/** Where the cluster of a folder lies: below the temporary directory when we are root in a checkout closed to others. */
export const clusterOf = (folder: string) => join(existingRefuge(realpathSync(folder)) ?? folder, 'data')

/** Starts one of the programs beside this file in a process group of its own, as a shell does; killed after the test if it still runs. */
export function start(program: string, ...args: string[]): ChildProcess {
  const child = fork(join(import.meta.dirname, program), args, { detached: true })
  onTestFinished(() => endByForce(child))
  return child
}

/** The first message of a program. */
export async function said(child: ChildProcess): Promise<string> {
  const [message] = await once(child, 'message')
  return message
}

/** kill -9, and waits until the process is gone. */
export async function endByForce(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Tells a user-process to release its server; resolves with its exit code. */
export async function leave(child: ChildProcess): Promise<number> {
  child.send('leave')
  const [code] = await once(child, 'exit')
  return code
}
