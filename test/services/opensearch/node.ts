import type { ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { spawnAs } from '../../../src/embedded-postgres/spawn-as.ts'
import { ask } from '../ask.ts'
import { dyingWithUs } from '../dying-with-us.ts'
import { commandOf, layConfiguration, type Place, portFileOf } from './launch.ts'

/** On a machine that does much else. */
const START_LIMIT_MS = 180_000
const POLL_MS = 50

/** A node that has its shards. */
export interface StartedNode {
  readonly port: number
  /** Nobody waits for it by itself: `ref` it before. */
  readonly process: ChildProcess
}

/** Starts one. @param port 0 = any that is free */
export async function startNode(place: Place, port: number): Promise<StartedNode> {
  layConfiguration(place, port)
  rmSync(portFileOf(place), { force: true })
  const process = await spawnServer(place)
  const isAlive = () => process.exitCode === null && process.signalCode === null
  const giveUpAt = performance.now() + START_LIMIT_MS
  while (isAlive() && performance.now() < giveUpAt) {
    const told = portIn(portFileOf(place))
    if (told !== null && (await hasItsShards(`http://127.0.0.1:${told}`))) return { port: told, process }
    await pause(POLL_MS)
  }
  throw new Error(`${place.release.product} does not start: ${lastWords(place)}`)
}

const portIn = (file: string): number | null =>
  existsSync(file) ? Number(/:(\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1]) : null

/** Also after a restart, when they are read first. */
const hasItsShards = (url: string) =>
  ask(url, 'GET /_cluster/health?wait_for_status=yellow&timeout=60s').then(
    ({ status }) => status === 200,
    () => false,
  )

async function spawnServer(place: Place): Promise<ChildProcess> {
  const { folder, owner } = place
  const log = openSync(join(folder, 'log'), 'w', 0o600)
  try {
    // A gigabyte is too much to leave until the next run.
    const [program, ...args] = dyingWithUs
    const child = await spawnAs(owner, program, [...args, ...commandOf(place)], {
      cwd: join(folder, 'data'),
      stdio: ['ignore', log, log],
    })
    child.unref()
    return child
  } finally {
    closeSync(log)
  }
}

function lastWords({ folder }: Place): string {
  const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n')
  const reasons = lines.filter((line) => /Exception: |Error: |\[ERROR\]/.test(line))
  return (reasons.length > 0 ? reasons.slice(0, 2) : lines.slice(-2)).join(' ')
}
