import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { type Config, loadConfig } from '../../../src/config/load.ts'
import { identityOf } from '../../../src/embedded-postgres/process-identity.ts'
import { openState, type State } from '../../../src/state/open-state.ts'

const slipctl = resolve(import.meta.dirname, '../../../bin/slipctl.cjs')

/** `slipctl demo` as a person calls it. */
export class Demo {
  readonly process: ChildProcess
  readonly out: string[] = []
  readonly err: string[] = []
  readonly exit: Promise<number | null>
  readonly #waiting: { text: string; found: (line: string) => void }[] = []

  constructor(data: string, ...args: string[]) {
    this.process = spawn(process.execPath, [slipctl, 'demo', '--data', data, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const read = (from: NodeJS.ReadableStream, into: string[]) => {
      const lines = createInterface({ input: from })
      lines.on('line', (line) => this.#hear(line, into))
      return once(lines, 'close')
    }
    const streams = [read(this.process.stdout!, this.out), read(this.process.stderr!, this.err)]
    this.exit = Promise.all([once(this.process, 'exit'), ...streams]).then(([[code]]) => code as number | null)
  }

  /** Resolves with the first line, told or to come, that has `text`. */
  says(text: string): Promise<string> {
    const said = [...this.out, ...this.err].find((line) => line.includes(text))
    return said === undefined ? new Promise((found) => this.#waiting.push({ text, found })) : Promise.resolve(said)
  }

  /** The line of JSON at the end. */
  get result(): Record<string, unknown> {
    return JSON.parse(this.out.at(-1) ?? 'null')
  }

  #hear(line: string, into: string[]): void {
    into.push(line)
    for (const { text, found } of this.#waiting) if (line.includes(text)) found(line)
  }
}

/** Pids of the daemons a demo folder remembers that still run. */
export function daemonsOf(folder: string): number[] {
  const file = join(folder, 'daemons.json')
  if (!existsSync(file)) return []
  const identities = JSON.parse(readFileSync(file, 'utf8')) as string[]
  return identities
    .filter((identity) => identityOf(Number.parseInt(identity, 10)) === identity)
    .map((identity) => Number.parseInt(identity, 10))
}

/** The state of a demo's library, opened as its daemons do. */
export async function stateOf(folder: string): Promise<{ config: Config; state: State }> {
  const config = loadConfig(join(folder, 'slip.yaml'))
  return { config, state: await openState(config, { applicationName: 'test' }) }
}
