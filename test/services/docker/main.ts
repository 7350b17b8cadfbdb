// npm run test:docker [-- PATH…] [--no-install]: runs test files against containers that testcontainers starts. It uses
// the Docker engine that answers; without one, root on Debian gets an engine of the tests' own and images made here.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { dockerAnswers } from '../container.ts'
import { installPackages } from '../debian-packages.ts'
import { PUBLIC_IMAGE } from '../mariadb/container.ts'
import { engineEnvironment, withEngine } from './engine.ts'
import { ensureImage, mariadbImage } from './images.ts'

/** Each a run of its own: what containers do, and the whole state machine on one. */
const DEFAULT_RUNS = [['test/services/mariadb.test.ts'], ['test/state', '--project', 'mariadb']]
const PROGRAMS = { dockerd: 'docker.io', debootstrap: 'debootstrap', iptables: 'iptables', ip: 'iproute2' }

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
const tell = (line: string) => console.log(`docker: ${line}`)

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--no-install')) process.env.SLIP_TEST_NO_INSTALL = '1'
  const files = args.filter((argument) => argument !== '--no-install')
  const runs = files.length === 0 ? DEFAULT_RUNS : [files]
  if (await dockerAnswers()) {
    tell('the engine that answers, with public images')
    return runTests(runs, { SLIP_TEST_MARIADB_IMAGE: PUBLIC_IMAGE })
  }
  if (process.getuid?.() !== 0) throw new Error('no Docker engine answers, and only root can start one for the tests')
  await installMissing()
  return withEngine(async () => {
    tell('no engine answered: one of our own, with images made here')
    const image = await ensureImage(mariadbImage, stop.signal, tell)
    return runTests(runs, { ...engineEnvironment, SLIP_TEST_MARIADB_IMAGE: image })
  })
}

async function installMissing(): Promise<void> {
  const path = (process.env.PATH ?? '').split(':')
  const missing = Object.entries(PROGRAMS).filter(([program]) => !path.some((dir) => existsSync(join(dir, program))))
  if (missing.length > 0)
    await installPackages(
      missing.map(([, name]) => name),
      tell,
    )
}

/** In CI mode: a container that does not start is a failure here, never a skip. Ends with the first run that fails. */
async function runTests(runs: readonly string[][], environment: Record<string, string>): Promise<number> {
  for (const args of runs) {
    const code = await runOnce(args, { ...process.env, ...environment, CI: 'true' })
    if (code !== 0 || stop.signal.aborted) return code
  }
  return 0
}

async function runOnce(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const runner = join(import.meta.dirname, '../../run/main.ts')
  const child = spawn(process.execPath, [runner, ...args], { stdio: 'inherit', env })
  const end = () => child.kill('SIGTERM')
  stop.signal.addEventListener('abort', end)
  const [code] = await once(child, 'exit')
  return code ?? 1
}

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message)
  return 1
})
