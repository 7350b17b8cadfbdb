import { once } from 'node:events'
import { chownSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withClient } from '../../../src/embedded-postgres/database.ts'
import { type Owner, serverOwner } from '../../../src/embedded-postgres/owner.ts'
import { freePort } from '../../../src/embedded-postgres/port.ts'
import { spawnAs } from '../../../src/embedded-postgres/spawn-as.ts'
import { inRunFolder, type RunFolder } from '../run-folder.ts'
import { orAbsent } from '../server-url.ts'
import { findPgbouncer } from './binary.ts'

const PROGRAM = 'pgbouncer'

export interface Pooler {
  /** The database of `url`, reached through the pooler. */
  readonly url: string
  close(): Promise<void>
}

/**
 * A pooler in transaction mode in front of the server of `url`, with two connections to it.
 * @throws ServerAbsent when it cannot be had; in CI an Error
 */
export const startPgbouncer = (url: string): Promise<Pooler> =>
  orAbsent('pgbouncer', async (tell) => {
    const binary = await findPgbouncer(tell)
    const owner = serverOwner()
    return inRunFolder('pgbouncer', PROGRAM, owner, (run) => start(binary, new URL(url), owner, run))
  })

interface Binary {
  readonly root: string
  readonly program: string
}

async function start({ root, program }: Binary, url: URL, owner: Owner | null, run: RunFolder): Promise<Pooler> {
  const { folder, close } = run
  const work = join(folder, 'work')
  mkdirSync(work, { mode: 0o700 })
  const port = await freePort(0)
  writeFileSync(join(work, 'users'), `"${url.username}" "${url.password}"\n`)
  writeFileSync(join(work, 'pgbouncer.ini'), settings(url, port))
  give(owner, [work, join(work, 'users'), join(work, 'pgbouncer.ini')])
  const log = openSync(join(folder, 'log'), 'a')
  const libraries = `LD_LIBRARY_PATH=${root}/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`
  const child = await spawnAs(owner, 'env', [libraries, program, 'pgbouncer.ini'], {
    cwd: work,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  const through = new URL(url)
  through.port = String(port)
  const ended = once(child, 'exit').then(() => true)
  while (!(await answers(through.href))) {
    if (await Promise.race([ended, Promise.resolve(false)])) {
      const said = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').at(-1)
      throw new Error(`it does not start: ${said}`)
    }
  }
  return { url: through.href, close }
}

const answers = (url: string) =>
  withClient(url, (client) => client.query('SELECT 1')).then(
    () => true,
    () => false,
  )

function give(owner: Owner | null, paths: readonly string[]): void {
  if (owner !== null) for (const path of paths) chownSync(path, owner.uid, owner.gid)
}

const settings = ({ hostname, port }: URL, own: number) => `
[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = trust
auth_file = users
pool_mode = transaction
default_pool_size = 2
`
