import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Owner, serverOwner } from '../../../src/embedded-postgres/owner.ts'
import { freePort } from '../../../src/embedded-postgres/port.ts'
import { spawnAs } from '../../../src/embedded-postgres/spawn-as.ts'
import { dyingWithUs } from '../dying-with-us.ts'
import { inRunFolder } from '../run-folder.ts'
import type { StartedServer } from '../server.ts'
import { installDbOf, type MariadbBinaries, mariadbdOf } from './binaries.ts'
import { untilAnswers } from './connection.ts'
import { accountStatements, serverArguments } from './settings.ts'

const PROGRAM = 'mariadbd'

interface Instance {
  readonly binaries: MariadbBinaries
  readonly options: readonly string[]
  /** Null = as ourselves. */
  readonly owner: Owner | null
  readonly folder: string
  readonly data: string
  readonly password: string
}

/**
 * A server of this process alone on a free port of 127.0.0.1, new and empty in a folder below the temporary directory;
 * as root it runs as user nobody. What killed processes left is ended first.
 *
 * @param options more arguments of mariadbd
 */
export async function startInstance(
  binaries: MariadbBinaries,
  options: readonly string[] = [],
): Promise<StartedServer> {
  const owner = serverOwner()
  return inRunFolder('mariadb', PROGRAM, owner, async ({ folder, close }) => {
    const data = join(folder, 'data')
    const instance = { binaries, options, owner, folder, data, password: randomBytes(12).toString('hex') }
    mkdirSync(data, { mode: 0o700 })
    give(instance, data)
    await makeSystemTables(instance)
    const { port, version } = await startServer(instance)
    return {
      url: urlOf(instance, port),
      described: `${version} of ${mariadbdOf(binaries)} on 127.0.0.1:${port}, data in ${folder}`,
      close,
    }
  })
}

const urlOf = ({ password }: Instance, port: number) => `mysql://slip:${password}@127.0.0.1:${port}/`

function give({ owner }: Instance, path: string): void {
  if (owner !== null) chownSync(path, owner.uid, owner.gid)
}

async function makeSystemTables(instance: Instance): Promise<void> {
  const log = join(instance.folder, 'install-db.log')
  // A small redo log is written at once; the server enlarges it without writing it.
  const args = ['--auth-root-authentication-method=normal', '--skip-test-db', '--innodb-log-file-size=16M']
  const child = await spawnIn(instance, installDbOf(instance.binaries), args, log)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`mariadb-install-db ended with ${code}: ${lastWords(log, /ERROR|FATAL|error/)}`)
}

async function startServer(instance: Instance): Promise<{ port: number; version: string }> {
  const accounts = join(instance.folder, 'accounts.sql')
  writeFileSync(accounts, accountStatements(instance.password), { mode: 0o600 })
  give(instance, accounts)
  const log = join(instance.folder, 'log')
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(0)
    const child = await spawnIn(
      instance,
      mariadbdOf(instance.binaries),
      [...settings(port, accounts), ...instance.options],
      log,
    )
    child.unref()
    const version = await untilAnswers(
      urlOf(instance, port),
      () => child.exitCode === null && child.signalCode === null,
    )
    if (version !== null) return { port, version }
    const said = lastWords(log, /\[ERROR\]|error while loading/)
    // Between our look and the server's someone else may take the port.
    if (attempt === 3 || !said.includes('Address already in use')) throw new Error(`mariadbd does not start: ${said}`)
  }
}

const settings = (port: number, accounts: string) => [
  ...serverArguments(port, accounts),
  // What is lost when the machine dies is thrown away anyway.
  '--innodb-flush-log-at-trx-commit=0',
]

/** Starts a program of MariaDB in the data folder; its words go to the log. */
async function spawnIn(instance: Instance, program: string, args: string[], logFile: string): Promise<ChildProcess> {
  const { binaries, owner, data } = instance
  const usr = join(binaries.root, 'usr')
  const common = [`--basedir=${usr}`, `--lc-messages-dir=${usr}/share/mysql`, `--datadir=${data}`, `--tmpdir=${data}`]
  const log = openSync(logFile, 'a', 0o600)
  try {
    // Unpacked libraries lie beside the programs; a program of the system finds the same ones there as without.
    const libraries = `LD_LIBRARY_PATH=${usr}/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`
    const [setpriv, ...dying] = dyingWithUs
    return await spawnAs(owner, setpriv, [...dying, 'env', libraries, program, '--no-defaults', ...common, ...args], {
      cwd: data,
      stdio: ['ignore', log, log],
    })
  } finally {
    closeSync(log)
  }
}

function lastWords(logFile: string, telling: RegExp): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n')
  const reasons = lines.filter((line) => telling.test(line))
  return (reasons.length > 0 ? reasons : lines).slice(-2).join(' ')
}
