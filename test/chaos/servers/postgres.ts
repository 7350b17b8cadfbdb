import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { postgresOf } from '../../../src/embedded-postgres/binaries.ts'
import { ensureCluster, passwordOf } from '../../../src/embedded-postgres/cluster.ts'
import { databaseUrl, withClient } from '../../../src/embedded-postgres/database.ts'
import { prepareHome } from '../../../src/embedded-postgres/home.ts'
import { freePort } from '../../../src/embedded-postgres/port.ts'
import { endProcessesIn } from '../../../src/embedded-postgres/postmaster.ts'
import { removeServerFiles } from '../../../src/embedded-postgres/server.ts'
import { spawnAs } from '../../../src/embedded-postgres/spawn-as.ts'
import { dyingWithUs } from '../../services/dying-with-us.ts'
import { end, type PrivateServer, type ServerOptions, untilAnswers } from './server.ts'

/** The PostgreSQL of npm, on a port that it keeps. */
export async function newPostgres({ folder, clock }: ServerOptions): Promise<PrivateServer> {
  const home = await prepareHome(folder)
  const password = passwordOf(folder)
  const data = await ensureCluster(home, password, true)
  const port = await freePort(0)
  const url = (database: string) => databaseUrl(port, password, database)
  let child: ChildProcess | undefined

  const start = async () => {
    // backends that outlived their postmaster hold its shared memory
    await endProcessesIn(data)
    const log = openSync(join(folder, 'log'), 'a')
    const [program, ...args] = [
      ...dyingWithUs,
      'env',
      ...(clock?.variables ?? []),
      postgresOf(home.binaries),
      '-D',
      data,
      ...settings(port),
    ] as [string, ...string[]]
    child = await spawnAs(home.owner, program, args, { cwd: data, stdio: ['ignore', log, log] })
    closeSync(log)
    await untilAnswers('PostgreSQL', child, () => withClient(url('postgres'), (client) => client.query('SELECT 1')))
  }
  const kill = async () => {
    if (child !== undefined) await end(child, 'SIGKILL')
    await endProcessesIn(data)
  }
  return {
    port,
    url,
    data,
    createDatabase: (name) =>
      withClient(url('postgres'), async (client) => void (await client.query(`CREATE DATABASE ${name}`))),
    start,
    stop: async () => {
      if (child !== undefined) await end(child, 'SIGINT')
      await endProcessesIn(data)
    },
    kill,
    close: async () => {
      await kill()
      await removeServerFiles(folder)
    },
  }
}

// Killed, not powered off: what is in the page cache stays, so nothing need be flushed to the disk.
const settings = (port: number): string[] =>
  [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=100',
    'shared_buffers=32MB',
    'timezone=UTC',
    'log_timezone=UTC',
    'fsync=off',
  ].flatMap((value) => ['-c', value])
