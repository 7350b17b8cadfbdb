import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../../src/embedded-postgres/port.ts'
import { spawnAs } from '../../../src/embedded-postgres/spawn-as.ts'
import { untilAnswers } from '../mariadb/connection.ts'
import { inRunFolder } from '../run-folder.ts'
import type { StartedServer, Tell } from '../server.ts'
import { findBinaries } from './binaries.ts'

const PROGRAM = 'mysqld'

/**
 * A MySQL of this process alone on a free port of 127.0.0.1, new and empty. It is too old for SLIP, which starts on it
 * only with SLIP_TEST_ANY_SERVER=1, and it ignores CHECK.
 */
export async function startMysql(tell: Tell): Promise<StartedServer> {
  const binaries = await findBinaries(tell)
  return inRunFolder('mysql', PROGRAM, null, async ({ folder, close }) => {
    const data = join(folder, 'data')
    mkdirSync(data, { mode: 0o700 })
    const made = await spawnIn(folder, binaries, ['--initialize-insecure'])
    const [code] = await once(made, 'exit')
    if (code !== 0) throw new Error(`mysqld --initialize ended with ${code}: ${lastWords(folder)}`)
    const password = randomBytes(12).toString('hex')
    const accounts = join(folder, 'accounts.sql')
    writeFileSync(accounts, accountStatements(password), { mode: 0o600 })
    const port = await freePort(0)
    const child = await spawnIn(folder, binaries, settings(port, accounts))
    child.unref()
    const url = `mysql://slip:${password}@127.0.0.1:${port}/`
    const version = await untilAnswers(url, () => child.exitCode === null && child.signalCode === null)
    if (version === null) throw new Error(`mysqld does not start: ${lastWords(folder)}`)
    return {
      url,
      described: `MySQL ${version} of Maven Central on 127.0.0.1:${port}, data in ${folder}`,
      close,
    }
  })
}

/** Read by the server before it listens, one statement a line. */
const accountStatements = (password: string) =>
  [
    `CREATE USER slip@'%' IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO slip@'%' WITH GRANT OPTION;`,
    'ALTER USER root@localhost ACCOUNT LOCK;',
    '',
  ].join('\n')

const settings = (port: number, accounts: string) => [
  `--init-file=${accounts}`,
  `--port=${port}`,
  '--bind-address=127.0.0.1',
  '--skip-name-resolve',
  '--skip-log-bin',
  '--mysqlx=0',
  // a path from the folder it runs in: sockets take no long ones
  '--socket=mysql.sock',
  '--pid-file=mysql.pid',
  '--innodb-flush-log-at-trx-commit=0',
]

async function spawnIn(folder: string, binaries: string, args: string[]): Promise<ChildProcess> {
  const data = join(folder, 'data')
  const share = join(binaries, 'share')
  const common = [`--basedir=${binaries}`, `--lc-messages-dir=${share}`, `--datadir=${data}`]
  // it refuses root unless told so, and the user it would drop to may not enter a checkout
  const user = process.getuid?.() === 0 ? ['--user=root'] : []
  const log = openSync(join(folder, 'log'), 'a', 0o600)
  try {
    return await spawnAs(null, join(binaries, 'bin', PROGRAM), ['--no-defaults', ...common, ...user, ...args], {
      cwd: data,
      stdio: ['ignore', log, log],
    })
  } finally {
    closeSync(log)
  }
}

const lastWords = (folder: string) =>
  readFileSync(join(folder, 'log'), 'utf8')
    .trim()
    .split('\n')
    .filter((line) => /ERROR|error while/.test(line))
    .slice(-2)
    .join(' ')
