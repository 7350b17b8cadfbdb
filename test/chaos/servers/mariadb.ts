import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serverOwner } from '../../../src/embedded-postgres/owner.ts'
import { freePort } from '../../../src/embedded-postgres/port.ts'
import { spawnAs } from '../../../src/embedded-postgres/spawn-as.ts'
import { dyingWithUs } from '../../services/dying-with-us.ts'
import { findBinaries, installDbOf, mariadbdOf } from '../../services/mariadb/binaries.ts'
import { mariadbVersion, withMariadb } from '../../services/mariadb/connection.ts'
import { accountStatements, serverArguments } from '../../services/mariadb/settings.ts'
import type { Tell } from '../../services/server.ts'
import { end, type PrivateServer, type ServerOptions, untilAnswers } from './server.ts'

/** Debian's MariaDB, on a port that it keeps. */
export async function newMariadb({ folder, clock }: ServerOptions, tell: Tell): Promise<PrivateServer> {
  const binaries = await findBinaries(tell)
  const owner = serverOwner()
  const data = join(folder, 'data')
  const password = randomBytes(12).toString('hex')
  const port = await freePort(0)
  const url = (database: string) => `mysql://slip:${password}@127.0.0.1:${port}/${database}`
  const give = (path: string) => owner !== null && chownSync(path, owner.uid, owner.gid)
  const usr = join(binaries.root, 'usr')
  const libraries = `LD_LIBRARY_PATH=${usr}/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`
  let child: ChildProcess | undefined

  const run = async (program: string, variables: readonly string[], args: readonly string[]) => {
    const log = openSync(join(folder, 'log'), 'a')
    const [first, ...rest] = [
      ...dyingWithUs,
      'env',
      libraries,
      ...variables,
      program,
      '--no-defaults',
      `--basedir=${usr}`,
      `--lc-messages-dir=${usr}/share/mysql`,
      `--datadir=${data}`,
      `--tmpdir=${data}`,
      ...args,
    ] as [string, ...string[]]
    const started = await spawnAs(owner, first, rest, { cwd: data, stdio: ['ignore', log, log] })
    closeSync(log)
    return started
  }
  const start = async () => {
    child = await run(mariadbdOf(binaries), clock?.variables ?? [], settings(port, accounts))
    await untilAnswers('MariaDB', child, () => mariadbVersion(url('')))
  }
  mkdirSync(data, { mode: 0o700 })
  give(data)
  const accounts = join(folder, 'accounts.sql')
  writeFileSync(accounts, accountStatements(password), { mode: 0o600 })
  give(accounts)
  const installing = await run(
    installDbOf(binaries),
    [],
    ['--auth-root-authentication-method=normal', '--skip-test-db', '--innodb-log-file-size=16M'],
  )
  const [code] = await once(installing, 'exit')
  if (code !== 0) throw new Error(`mariadb-install-db ended with ${code}: ${readFileSync(join(folder, 'log'), 'utf8')}`)
  return {
    port,
    url,
    data,
    createDatabase: (name) =>
      withMariadb(url(''), async (connection) => {
        await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`)
      }),
    start,
    stop: async () => child && end(child, 'SIGTERM'),
    kill: async () => child && end(child, 'SIGKILL'),
    close: async () => child && end(child, 'SIGKILL'),
  }
}

const settings = (port: number, accounts: string) => [
  ...serverArguments(port, accounts),
  '--innodb-buffer-pool-size=64M',
  // Killed, not powered off: each commit is with the system, nothing need be flushed to the disk.
  '--innodb-flush-log-at-trx-commit=2',
]
