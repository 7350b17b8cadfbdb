import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../clock.ts'

/** A database server of this run alone, which may be killed. What it said it committed outlives kill -9. */
export interface PrivateServer {
  readonly port: number
  /** Where its user, who may do everything, reaches a database of it. */
  url(database: string): string
  createDatabase(name: string): Promise<void>
  start(): Promise<void>
  /** Orderly, as a service manager does. */
  stop(): Promise<void>
  /** kill -9 of all its processes. */
  kill(): Promise<void>
  /** Folder of its data, for cold copies. */
  readonly data: string
  close(): Promise<void>
}

export interface ServerOptions {
  /** Empty, and open to the user the server runs as. */
  readonly folder: string
  /** Null = the machine's. */
  readonly clock: Clock | null
}

/** Sends a signal and waits for the end. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

const startLimitMs = 60_000

/** Waits until a server answers. Throws with its name when it ends first, or time is up. */
export async function untilAnswers(name: string, child: ChildProcess, ask: () => Promise<unknown>): Promise<void> {
  const giveUpAt = performance.now() + startLimitMs
  for (;;) {
    try {
      await ask()
      return
    } catch (error) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode}`)
      if (performance.now() > giveUpAt) throw new Error(`${name} does not answer: ${(error as Error).message}`)
      await pause(50)
    }
  }
}
