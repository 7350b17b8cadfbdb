import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { SlipError } from '../errors/slip-error.ts'

type LockHolder = ChildProcessByStdio<Writable, Readable, null>

/**
 * Runs `work` while no other process does so for the same lock file. The file tells the pid of its last holder; it is
 * never removed.
 *
 * The lock is the kernel's (flock), taken by the program flock of util-linux: Node has no call for it. It ends with the
 * pipe to that program, so it cannot outlive this process, however it dies. Lock files that are made and deleted do not
 * do: who breaks that of a dead holder can break that of the next one, and numbered files, which avoid that, were seen
 * to fail because readdir may miss a file that is replaced while it reads.
 *
 * @param limitMs how long to wait for another holder
 * @throws LOCKED when another process still holds it after `limitMs`; EMBEDDED_SERVER_FAILED without flock
 */
export async function withLock<T>(file: string, limitMs: number, work: () => Promise<T>): Promise<T> {
  const holder = await take(file, limitMs)
  try {
    writeFileSync(file, String(process.pid))
    return await work()
  } finally {
    await end(holder)
  }
}

async function take(file: string, limitMs: number): Promise<LockHolder> {
  const wait = String(limitMs / 1000)
  const child = spawn('flock', ['--exclusive', '--wait', wait, file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Ctrl-C in the terminal must not take the lock away from work that is still being ended.
    detached: true,
  })
  child.stdin.on('error', () => {})
  const outcome = await Promise.race([
    once(child, 'error').then(([error]) => error as Error),
    once(child, 'exit').then(([code]) => code as number),
    once(child.stdout, 'data').then(() => 'held' as const),
  ])
  if (outcome === 'held') return child
  if (outcome !== 1) {
    const reason = outcome instanceof Error ? outcome.message : `it ended with ${outcome}`
    throw new SlipError(
      'EMBEDDED_SERVER_FAILED',
      `the program flock of util-linux is needed and cannot be run: ${reason}`,
    )
  }
  const pid = Number(readFileSync(file, 'utf8'))
  throw new SlipError('LOCKED', `process ${pid} starts or stops the embedded PostgreSQL and has not finished`, {
    place: { file, pid },
  })
}

async function end(holder: LockHolder): Promise<void> {
  if (holder.exitCode !== null || holder.signalCode !== null) return
  const ended = once(holder, 'exit')
  holder.stdin.end()
  await ended
}
