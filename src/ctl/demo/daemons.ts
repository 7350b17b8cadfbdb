import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { packageRoot } from '../../config/package-root.ts'
import { identityOf } from '../../embedded-postgres/process-identity.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { rememberDaemons } from './folder.ts'

const stages = ['rights', 'enqueue', 'index'] as const
type StageName = (typeof stages)[number]

const restartsAllowed = 10
const graceMs = 20_000

/**
 * The three daemons as processes of their own, in the place of systemd: each writes its log to a file, and one that
 * ends is started again.
 */
export class Daemons {
  readonly #folder: string
  readonly #config: string
  readonly #say: (line: string) => void
  readonly #children = new Map<StageName, ChildProcess>()
  #restarts = 0
  #stopping = false
  #failure: SlipError | undefined

  constructor(folder: string, config: string, say: (line: string) => void) {
    this.#folder = folder
    this.#config = config
    this.#say = say
  }

  start(): void {
    for (const stage of stages) this.#start(stage)
    this.#remember()
  }

  /** Throws INTERNAL when a daemon ended again and again. */
  assertRunning(): void {
    if (this.#failure) throw this.#failure
  }

  /** Lets them run on without us. */
  release(): void {
    this.#stopping = true
    for (const child of this.#children.values()) child.unref()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await endProcesses([...this.#children.values()].map((child) => child.pid).filter((pid) => pid !== undefined))
    rememberDaemons(this.#folder, [])
  }

  #start(stage: StageName): void {
    const log = openSync(logFile(this.#folder, stage), 'a')
    const command = join(packageRoot, `bin/slip-${stage}.cjs`)
    // a session of its own: Ctrl-C reaches the demo only, which then stops the daemons in order
    const child = spawn(process.execPath, [command, '--config', this.#config], {
      detached: true,
      stdio: ['ignore', 'ignore', log],
    })
    closeSync(log)
    this.#children.set(stage, child)
    once(child, 'exit').then(
      ([code, signal]) => this.#ended(stage, code === null ? `was ended by ${signal}` : `exited with ${code}`),
      (error: Error) => this.#ended(stage, error.message),
    )
  }

  #ended(stage: StageName, how: string): void {
    if (this.#stopping) return
    if (++this.#restarts > restartsAllowed) {
      const last = readFileSync(logFile(this.#folder, stage), 'utf8').trim().split('\n').slice(-3).join('\n')
      this.#failure = new SlipError('INTERNAL', `slip-${stage} ${how}, again and again; its last words:\n${last}`)
      return
    }
    this.#say(`slip-${stage} ${how}; it is started again, as systemd would`)
    this.#start(stage)
    this.#remember()
  }

  #remember(): void {
    rememberDaemons(
      this.#folder,
      [...this.#children.values()].map((child) => child.pid).filter((pid) => pid !== undefined),
    )
  }
}

export const logFile = (folder: string, stage: string): string => join(folder, `slip-${stage}.log`)

/** SIGTERM, and SIGKILL for what is still there after the grace time; resolves when all are gone. */
export async function endProcesses(pids: readonly number[]): Promise<void> {
  const identities = pids.map((pid) => ({ pid, identity: identityOf(pid) })).filter(({ identity }) => identity !== null)
  const left = () => identities.filter(({ pid, identity }) => identityOf(pid) === identity)
  signalAll(left(), 'SIGTERM')
  const killAt = performance.now() + graceMs
  while (left().length > 0) {
    if (performance.now() > killAt) signalAll(left(), 'SIGKILL')
    await pause(20)
  }
}

function signalAll(processes: readonly { pid: number }[], signal: NodeJS.Signals): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal)
    } catch {
      // gone meanwhile
    }
  }
}
