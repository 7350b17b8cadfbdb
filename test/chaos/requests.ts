import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { exitCodes } from '../../src/daemon/exit-codes.ts'
import { dyingWithUs } from '../services/dying-with-us.ts'

const slipctl = resolve(import.meta.dirname, '../../bin/slipctl.cjs')
const againMs = 500

export interface Answer {
  readonly code: number | null
  readonly output: string
}

/** Runs slipctl as a person does. */
export async function runSlipctl(configFile: string, args: readonly string[]): Promise<Answer> {
  const [program, ...rest] = [...dyingWithUs, process.execPath, slipctl, ...args, '--config', configFile] as const
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, words, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as number | null, output: `${out}${words}`.trim() }
}

/**
 * Requests of people, by `slipctl enqueue`: made again until they were accepted, as people do while a server is away.
 * Those that were accepted are remembered, for who restores an older database has to make them again.
 */
export class Requests {
  readonly #configFile: string
  readonly #defect: (message: string) => void
  readonly #open = new Set<string>()
  readonly #accepted: { readonly at: number; readonly htid: string }[] = []
  #working: Promise<void> | null = null
  #stopped = false

  constructor(configFile: string, defect: (message: string) => void) {
    this.#configFile = configFile
    this.#defect = defect
  }

  add(htids: readonly string[]): void {
    for (const htid of htids) this.#open.add(htid)
    if (this.#open.size > 0)
      this.#working ??= this.#work().finally(() => {
        this.#working = null
      })
  }

  /** Resolves when all have been accepted. */
  async done(): Promise<void> {
    while (this.#working !== null) await this.#working
  }

  /** Gives up those that were not accepted. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.done()
  }

  /** Makes those again that were accepted since a time of performance.now(). */
  repeatSince(time: number): void {
    this.add(this.#accepted.filter(({ at }) => at >= time).map(({ htid }) => htid))
  }

  async #work(): Promise<void> {
    while (this.#open.size > 0 && !this.#stopped) {
      const htids = [...this.#open]
      this.#open.clear()
      const { code, output } = await runSlipctl(this.#configFile, ['enqueue', ...htids])
      // some have no rights row yet: they will be new, and read as they are now
      const accepted = code === exitCodes.done || code === exitCodes.someRejected
      if (accepted) for (const htid of htids) this.#accepted.push({ at: performance.now(), htid })
      else {
        if (code !== exitCodes.serverAway) this.#defect(`slipctl enqueue ended with exit code ${code}: ${output}`)
        for (const htid of htids) this.#open.add(htid)
        await pause(againMs)
      }
    }
  }
}
