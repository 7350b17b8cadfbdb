import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { dyingWithUs } from '../services/dying-with-us.ts'
import type { Clock } from './clock.ts'
import type { Gate } from './gate.ts'
import type { IndexGate } from './indexes/chaos-index.ts'
import { end } from './servers/server.ts'

export type Stage = 'rights' | 'enqueue' | 'index'

export interface LoggedEvent {
  readonly event: string
  readonly [field: string]: unknown
}

/** A simulated host: a name, and a clock of its own where the platform gives one. */
export interface Host {
  readonly name: string
  /** False = the machine's name. */
  readonly renamed: boolean
  readonly clock: Clock | null
}

export interface DaemonOptions {
  readonly stage: Stage
  readonly number: number
  readonly host: Host
  readonly configFile: string
  /** In front of the state database. */
  readonly stateGate: Gate
  /** In front of the index. */
  readonly indexGate: IndexGate
  readonly heard: (daemon: Daemon, event: LoggedEvent) => void
  /** Told of an end that no fault explains. */
  readonly defect: (message: string) => void
}

const bin = resolve(import.meta.dirname, '../../bin')
/** A supervisor's pause before it starts what has ended. */
const restartMs = 250

/** A daemon under a supervisor: started again whenever it ends, until it is to stop. */
export class Daemon {
  readonly name: string
  readonly #options: DaemonOptions
  #process: ChildProcess | null = null
  #words: string[] = []
  #wanted = false
  #running: Promise<void> = Promise.resolve()

  constructor(options: DaemonOptions) {
    this.#options = options
    this.name = `slip-${options.stage} ${options.number} on ${options.host.name}`
  }

  get stage(): Stage {
    return this.#options.stage
  }

  get stateGate(): Gate {
    return this.#options.stateGate
  }

  get indexGate(): IndexGate {
    return this.#options.indexGate
  }

  start(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#running = this.#supervise()
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal)
  }

  /** Ends it by a signal and leaves it ended. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#wanted = false
    if (this.#process !== null) await end(this.#process, signal)
    await this.#running
  }

  async #supervise(): Promise<void> {
    while (this.#wanted) {
      const child = this.#spawn()
      this.#process = child
      const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream })
      lines.on('line', (line) => this.#hear(line))
      const [[code, signal]] = await Promise.all([once(child, 'exit'), once(lines, 'close')])
      this.#process = null
      this.#judge(code as number | null, signal as NodeJS.Signals | null)
      if (this.#wanted) await pause(restartMs)
    }
  }

  #spawn(): ChildProcess {
    const { stage, host, configFile } = this.#options
    const daemon = [process.execPath, `${bin}/slip-${stage}.cjs`, '--config', configFile]
    const [program, ...args] = [
      ...dyingWithUs,
      // sh takes the first argument as its own name, the rest is the daemon
      ...(host.renamed ? ['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', host.name] : []),
      ...(host.clock === null ? [] : ['env', ...host.clock.variables]),
      ...daemon,
    ] as [string, ...string[]]
    return spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  }

  /** Exit code 1 without a word is a worker that others had expired; all else that no signal explains is a defect. */
  #judge(code: number | null, signal: NodeJS.Signals | null): void {
    const words = this.#words.join('\n')
    this.#words = []
    const expected = signal !== null || code === 0 || (code === 1 && words === '')
    if (!expected) this.#options.defect(`${this.name} ended with exit code ${code}: ${words}`)
  }

  #hear(line: string): void {
    if (line.startsWith('{') && line.endsWith('}')) {
      const event = JSON.parse(line) as LoggedEvent
      if (event.event === 'daemon.stopped' && event.code !== undefined) this.#words.push(line)
      this.#options.heard(this, event)
    }
    // what kill -9 broke off in the middle is no word to a person
    else if (!line.startsWith('{')) this.#words.push(line)
  }
}
