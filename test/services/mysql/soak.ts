// node test/services/mysql/soak.ts [PATH…] [--no-install]: runs the tests of the state machine on MySQL 8.0.12, the only
// MySQL to be had in a package registry. It is below the minimum, so the check at start is overridden, and what the
// database itself refuses by CHECK is left out: that MySQL ignores CHECK.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { startServer } from '../start-server.ts'

/** Tests, by a part of their names, of what CHECK refuses, and of the server being new enough. */
const byCheck = ['CHECK', 'non-ASCII are refused', 'hand-edited', 'hand edit that', 'without a warning']

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--no-install')) process.env.SLIP_TEST_NO_INSTALL = '1'
  const files = args.filter((argument) => argument !== '--no-install')
  const server = await startServer('mysql', (line) => console.log(line))
  try {
    const runner = join(import.meta.dirname, '../../run/main.ts')
    const which = ['--project', 'mariadb', '--testNamePattern', `^(?!.*(${byCheck.join('|')}))`]
    const env = { ...process.env, SLIP_TEST_MARIADB_URL: server.url, SLIP_TEST_ANY_SERVER: '1' }
    const paths = files.length > 0 ? files : ['test/state']
    const child = spawn(process.execPath, [runner, ...which, ...paths], { stdio: 'inherit', env })
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
    const [code] = await once(child, 'exit')
    return code ?? 1
  } finally {
    await server.close()
  }
}

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message)
  // a server that cannot be had is a failure in CI only, as everywhere in the tests
  return process.env.CI === 'true' ? 1 : 0
})
