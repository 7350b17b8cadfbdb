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

const DEFAULT_FILES = ['test/services/mariadb.test.ts']
const PROGRAMS = { dockerd: 'docker.io', debootstrap: 'debootstrap', iptables: 'iptables', ip: 'iproute2' }

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
const tell = (line: string) => console.log(`docker: ${line}`)

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--no-install')) process.env.SLIP_TEST_NO_INSTALL = '1'
  const files = args.filter((argument) => argument !== '--no-install')
  if (files.length === 0) files.push(...DEFAULT_FILES)
  if (await dockerAnswers()) {
    tell('the engine that answers, with public images')
    return runTests(files, { SLIP_TEST_MARIADB_IMAGE: PUBLIC_IMAGE })
  }
  if (process.getuid?.() !== 0) throw new Error('no Docker engine answers, and only root can start one for the tests')
  await installMissing()
  return withEngine(async () => {
    tell('no engine answered: one of our own, with images made here')
    const image = await ensureImage(mariadbImage, stop.signal, tell)
    return runTests(files, { ...engineEnvironment, SLIP_TEST_MARIADB_IMAGE: image })
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

/** In CI mode: a container that does not start is a failure here, never a skip. */
async function runTests(files: readonly string[], environment: Record<string, string>): Promise<number> {
  const env = { ...process.env, ...environment, CI: 'true' }
  const runner = join(import.meta.dirname, '../../run/main.ts')
  const child = spawn(process.execPath, [runner, ...files], { stdio: 'inherit', env })
  const end = () => child.kill('SIGTERM')
  stop.signal.addEventListener('abort', end)
  const [code] = await once(child, 'exit')
  return code ?? 1
}

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message)
  return 1
})
