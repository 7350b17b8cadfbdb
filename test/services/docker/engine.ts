import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { withLock } from '../../../src/embedded-postgres/lock.ts'
import { asSlipError } from '../../../src/errors/slip-error.ts'
import { endProcessesOf } from './processes.ts'

const run = promisify(execFile)

// Sockets take no long paths, so what runs lies here and not in the checkout; there can be one such engine on a host.
const RUNNING = '/run/slip-test-docker'
/** Images are kept, containers are not. */
const DATA = join(import.meta.dirname, '../../../.slip/test/docker/data')
const SOCKET = join(RUNNING, 'docker.sock')
const BRIDGE = 'slip-test0'
const START_LIMIT_MS = 60_000

/** What a program needs in its environment to find the engine. */
export const engineEnvironment = {
  DOCKER_HOST: `unix://${SOCKET}`,
  // Inside a container testcontainers would look for the ports at the gateway.
  TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1',
} as const

/**
 * Runs `work` while a Docker engine of our own is up: on a bridge of its own, publishing on 127.0.0.1 only, and leaving
 * the packet filter of the host alone. What a killed one left is ended first; afterwards nothing is left but images.
 *
 * @throws Error when another process does so already, or with the last words of dockerd
 */
export async function withEngine<T>(work: () => Promise<T>): Promise<T> {
  const held = withLock(`${RUNNING}.lock`, 0, async () => {
    await endEngine()
    try {
      await startEngine()
      return await work()
    } finally {
      await endEngine()
    }
  })
  return held.catch((error) => {
    const { code, place } = asSlipError(error)
    throw code === 'LOCKED' ? new Error(`process ${place.pid} uses the Docker engine of the tests; wait for it`) : error
  })
}

async function startEngine(): Promise<void> {
  mkdirSync(RUNNING, { mode: 0o700 })
  mkdirSync(DATA, { recursive: true })
  await run('ip', ['link', 'add', BRIDGE, 'type', 'bridge'])
  await run('ip', ['address', 'add', '172.31.251.1/24', 'dev', BRIDGE])
  await run('ip', ['link', 'set', BRIDGE, 'up'])
  const places = ['-H', `unix://${SOCKET}`, '--data-root', DATA, '--exec-root', `${RUNNING}/exec`]
  const network = ['--bridge', BRIDGE, '--ip', '127.0.0.1', '--ip-forward=false', '--ip-masq=false']
  const filter = ['--iptables=false', '--ip6tables=false']
  // Not the one of the host.
  const configuration = join(RUNNING, 'daemon.json')
  writeFileSync(configuration, '{}')
  const log = openSync(join(RUNNING, 'log'), 'a')
  const args = [...places, '-p', `${RUNNING}/pid`, '--config-file', configuration, ...network, ...filter]
  const child = spawn('dockerd', args, { detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  await once(child, 'spawn')
  child.unref()
  if (await answers(() => child.exitCode === null && child.signalCode === null)) return
  const said = readFileSync(join(RUNNING, 'log'), 'utf8').trim().split('\n').slice(-2).join(' ')
  throw new Error(`dockerd does not start: ${said}`)
}

async function answers(alive: () => boolean): Promise<boolean> {
  const giveUpAt = performance.now() + START_LIMIT_MS
  while (performance.now() < giveUpAt && alive()) {
    if (await ping()) return true
    await pause(50)
  }
  return false
}

const ping = () =>
  new Promise<boolean>((resolve) => {
    get({ socketPath: SOCKET, path: '/_ping' }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    }).on('error', () => resolve(false))
  })

async function endEngine(): Promise<void> {
  await endProcessesOf(RUNNING, /^dockerd /)
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((place) => [RUNNING, DATA].some((folder) => place === folder || place.startsWith(`${folder}/`)))
  for (const place of mounts.reverse()) await run('umount', ['--lazy', place])
  if (existsSync(`/sys/class/net/${BRIDGE}`)) await run('ip', ['link', 'delete', BRIDGE])
  rmSync(RUNNING, { recursive: true, force: true })
}
