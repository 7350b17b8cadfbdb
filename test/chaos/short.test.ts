import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'vitest'
import { findBinaries } from '../services/mariadb/binaries.ts'
import type { ChaosDatabase } from './world.ts'

/** More than a run waits for rest, which is given up with what is left. */
const limitMs = 600_000
/** Ended before the test is given up, with which all that was said would be lost. */
const longestMs = limitMs - 15_000

/** Runs a dozen faults. Resolves with the closing line, and with all that was said when it went wrong. */
async function chaos(database: ChaosDatabase, seed: number, onTestFinished: TestContext['onTestFinished']) {
  const args = ['--database', database, '--seed', String(seed), '--faults', '12', '--json']
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longestMs,
  })
  onTestFinished(() => void child.kill('SIGTERM'))
  const [out, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  if (code !== 0) throw new Error(`${out}${said}`)
  return JSON.parse(out) as { faults: Record<string, number> }
}

for (const { database, seed } of [
  { database: 'postgres', seed: 1 },
  { database: 'mariadb', seed: 2 },
] as const) {
  // beside each other: most of the time a fault lasts, or all wait for rest
  test.concurrent(`a dozen faults lose, double and outdate nothing: ${database}`, { timeout: limitMs }, async ({
    expect,
    onTestFinished,
    skip,
  }) => {
    if (database === 'mariadb') {
      const absent = await findBinaries(() => undefined).then(
        () => null,
        (error: Error) => error.message,
      )
      if (absent !== null && process.env.CI !== 'true') skip(absent)
    }
    const result = await chaos(database, seed, onTestFinished)
    expect(result).toMatchObject({ database, seed, lost: 0, doubled: 0, stale: 0 })
    expect(Object.keys(result.faults).length).toBeGreaterThan(6)
  })
}
