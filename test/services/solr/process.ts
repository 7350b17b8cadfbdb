import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { spawnAs } from '../../../src/embedded-postgres/spawn-as.ts'
import { dyingWithUs } from '../dying-with-us.ts'
import { classpathOf, type SolrProgram } from './program.ts'

/** A program of the launcher, with all it writes in one folder. */
export interface Launch {
  readonly program: SolrProgram
  readonly main: 'SolrNode' | 'ZooKeeper'
  /** Must be there; a subfolder of the run folder. */
  readonly folder: string
  readonly heapMb: number
  readonly icu?: boolean
  /** Of Java, "-Dname=value". */
  readonly options?: readonly string[]
  /** After the port. */
  readonly arguments?: readonly string[]
}

/** One that listens. */
export interface Launched {
  readonly port: number
  readonly pid: number
  /** SIGKILL, unless it says otherwise; resolves when it is gone. */
  kill(signal?: 'SIGTERM'): Promise<void>
}

/**
 * Starts it and waits until it listens on 127.0.0.1. It ends with this process, however that ends.
 * @param port 0 = any that is free
 * @throws Error with its last words
 */
export async function launch(what: Launch, port: number): Promise<Launched> {
  const child = await spawnLauncher(what, port)
  const ended = once(child, 'exit')
  const listening = await portOf(child.stdout as Readable)
  if (listening === null) {
    await ended
    throw new Error(`${what.main} does not start: ${lastWords(what)}`)
  }
  child.unref()
  return {
    port: listening,
    pid: child.pid ?? 0,
    async kill(signal?: 'SIGTERM') {
      child.ref()
      child.kill(signal ?? 'SIGKILL')
      await ended
    },
  }
}

/** What it tells in the one line that it writes there; null when it ends without. */
async function portOf(stdout: Readable): Promise<number | null> {
  for await (const line of createInterface(stdout)) {
    stdout.destroy()
    return Number(line)
  }
  return null
}

async function spawnLauncher(what: Launch, port: number): Promise<ChildProcess> {
  const { program, main, folder, heapMb, icu = true, options = [], arguments: more = [] } = what
  const work = join(folder, 'tmp')
  mkdirSync(work, { recursive: true })
  const log = openSync(logOf(what), 'a', 0o600)
  const java = [
    `-Xmx${heapMb}m`,
    // With one compiler and one collector it starts in half the time; only a long run repays the others.
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    // As the distribution: what has run out of memory is not to go on.
    '-XX:+ExitOnOutOfMemoryError',
    '-XX:+DisplayVMOutputToStderr',
    '-XX:-UsePerfData',
    `-XX:ErrorFile=${join(folder, 'crash')}`,
    `-Djava.io.tmpdir=${work}`,
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${join(import.meta.dirname, 'log4j2.xml')}`,
    // Without ICU the classpath is another.
    ...(icu ? program.options : []),
    ...options,
  ]
  try {
    const [setpriv, ...dying] = dyingWithUs
    const command = [...dying, program.java.program, ...java, '-cp', classpathOf(program, icu)]
    return await spawnAs(null, setpriv, [...command, main, String(port), ...more], {
      cwd: folder,
      stdio: ['ignore', 'pipe', log],
    })
  } finally {
    closeSync(log)
  }
}

const logOf = ({ folder }: Launch) => join(folder, 'log')

function lastWords(what: Launch): string {
  const lines = readFileSync(logOf(what), 'utf8').trim().split('\n')
  const reasons = lines.filter((line) => /Exception: |Error: |^Error/.test(line))
  return (reasons.length > 0 ? reasons : lines).slice(-2).join(' ')
}
