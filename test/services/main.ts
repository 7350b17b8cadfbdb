// npm run services -- up NAME [--no-install]: starts one of the servers the tests use, prints its URL, and keeps it up
// until Ctrl-C or SIGTERM.
import { parseArgs } from 'node:util'
import { isServerName, newest, type ServerName, serverNames } from './server.ts'
import { startServer } from './start-server.ts'

const USAGE = `usage: npm run services -- up ${[...serverNames, ...Object.keys(newest)].join('|')} [--no-install]`

async function up(name: ServerName): Promise<void> {
  // Before the start, so that an impatient Ctrl-C does not leave a server behind.
  const asked = Promise.race((['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map(signalled))
  const server = await startServer(name, (line) => console.error(line))
  console.log(server.url)
  // A process that only waits for signals has nothing to live for.
  const alive = setInterval(() => {}, 1 << 30)
  await asked
  clearInterval(alive)
  await server.close()
}

const signalled = (signal: NodeJS.Signals) => new Promise<void>((resolve) => process.on(signal, () => resolve()))

function wantedServer(): ServerName | null {
  const options = { 'no-install': { type: 'boolean' } } as const
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options })
    if (values['no-install']) process.env.SLIP_TEST_NO_INSTALL = '1'
    const [verb, typed = '', ...more] = positionals
    const name = newest[typed] ?? typed
    return verb === 'up' && more.length === 0 && isServerName(name) ? name : null
  } catch {
    return null
  }
}

const name = wantedServer()
if (name === null) {
  console.error(USAGE)
  process.exitCode = 2
} else {
  await up(name).catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
