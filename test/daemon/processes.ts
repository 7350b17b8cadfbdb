import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

const bin = resolve(import.meta.dirname, '../../bin')

export interface LoggedEvent {
  readonly event: string
  readonly [field: string]: unknown
}

/** A daemon as a process of its own, with the events it logs. */
export class Daemon {
  readonly process: ChildProcess
  readonly events: LoggedEvent[] = []
  /** What it ended for: lines that are no JSON, said before it has a log, or the error of `daemon.stopped`. */
  readonly words: string[] = []
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  readonly #waiting: { name: string; found: (event: LoggedEvent) => void; failed: (error: Error) => void }[] = []

  /** `before`: words of a command that runs the daemon, such as another host. */
  constructor(
    stage: 'rights' | 'enqueue' | 'index',
    configFile: string,
    args: string[],
    before: readonly string[] = [],
  ) {
    const daemon = [process.execPath, `${bin}/slip-${stage}.cjs`, '--config', configFile, ...args]
    const [program, ...rest] = [...before, ...daemon] as [string, ...string[]]
    this.process = spawn(program, rest, { stdio: ['pipe', 'inherit', 'pipe'] })
    const lines = createInterface({ input: this.process.stderr as NodeJS.ReadableStream })
    lines.on('line', (line) => this.#hear(line))
    this.exit = Promise.all([once(this.process, 'exit'), once(lines, 'close')]).then(([[code, signal]]) => {
      for (const { name, failed } of this.#waiting)
        failed(new Error(`slip-${stage} ended before ${name}: ${this.words.join(' ')}`))
      return { code, signal }
    })
  }

  /** Resolves with the next event of that name, or one already logged; rejects when the process ends without. */
  event(name: string): Promise<LoggedEvent> {
    const logged = this.events.find((event) => event.event === name)
    if (logged) return Promise.resolve(logged)
    return new Promise((found, failed) => this.#waiting.push({ name, found, failed }))
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal)
  }

  #hear(line: string): void {
    if (!line.startsWith('{')) {
      this.words.push(line)
      return
    }
    const event = JSON.parse(line) as LoggedEvent
    this.events.push(event)
    const { code, message, advice, stack } = event
    if (event.event === 'daemon.stopped' && code !== undefined)
      this.words.push(`${code}: ${message}`, `  ${advice}`, ...(stack === undefined ? [] : [String(stack)]))
    for (const waiting of this.#waiting.filter(({ name }) => name === event.event)) {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
      waiting.found(event)
    }
  }
}

const started = new Set<Daemon>()

export function start(stage: 'rights' | 'enqueue' | 'index', configFile: string, ...args: string[]): Daemon {
  return keep(new Daemon(stage, configFile, args))
}

/** As start, through a command: `env`, `unshare`. */
export function startThrough(before: readonly string[], stage: 'rights' | 'enqueue' | 'index', configFile: string) {
  return keep(new Daemon(stage, configFile, [], before))
}

function keep(daemon: Daemon): Daemon {
  started.add(daemon)
  void daemon.exit.finally(() => started.delete(daemon))
  return daemon
}

/** Runs a stage with --once; returns it when it has ended, with its exit code. */
export async function runOnce(stage: 'rights' | 'enqueue' | 'index', configFile: string, ...args: string[]) {
  const daemon = start(stage, configFile, '--once', ...args)
  const { code } = await daemon.exit
  return { code, events: daemon.events, words: daemon.words.join('\n') }
}

/** Ends by pid whatever a test left running; for afterEach. */
export const endAll = (): Promise<void> => end('SIGKILL')

/**
 * The same, but each may end what it has under way: before a test that empties the queue, for what was posted by one that
 * was killed is known from its rows in there alone.
 */
export const endGently = (): Promise<void> => end('SIGTERM')

async function end(signal: NodeJS.Signals): Promise<void> {
  for (const daemon of started) {
    daemon.kill('SIGCONT')
    daemon.kill(signal)
  }
  await Promise.all([...started].map((daemon) => daemon.exit))
}
