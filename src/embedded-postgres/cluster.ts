import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { SlipError } from '../errors/slip-error.ts'
import { initdbOf } from './binaries.ts'
import { SUPERUSER } from './database.ts'
import type { Home } from './home.ts'
import { endProcessesIn } from './postmaster.ts'
import { spawnAs } from './spawn-as.ts'

/**
 * Makes the cluster in `home.folder/data` when there is none, and returns its path. It is made beside and renamed when
 * complete: what a killed initdb left is thrown away, and a folder called data is never deleted.
 *
 * @throws EMBEDDED_SERVER_FAILED with the last words of initdb
 */
export async function ensureCluster(home: Home, password: string, durable: boolean): Promise<string> {
  const data = join(home.folder, 'data')
  if (existsSync(data)) return data
  const unfinished = `${data}.unfinished`
  await endProcessesIn(unfinished)
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  const passwordFile = join(home.folder, 'password.initdb')
  rmSync(passwordFile, { force: true })
  try {
    writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' })
    if (home.owner !== null) {
      chownSync(unfinished, home.owner.uid, home.owner.gid)
      chownSync(passwordFile, home.owner.uid, home.owner.gid)
    }
    await initdb(home, unfinished, passwordFile, durable)
  } finally {
    rmSync(passwordFile, { force: true })
  }
  renameSync(unfinished, data)
  return data
}

async function initdb(home: Home, folder: string, passwordFile: string, durable: boolean): Promise<void> {
  const args = [
    '-D',
    folder,
    '-U',
    SUPERUSER,
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
  ]
  const child = await spawnAs(home.owner, initdbOf(home.binaries), durable ? args : [...args, '--no-sync'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [said, [code, signal]] = await Promise.all([text(child.stderr!), once(child, 'close')])
  if (code === 0) return
  throw new SlipError(
    'EMBEDDED_SERVER_FAILED',
    `initdb ended with ${code ?? signal}: ${said.trim().split('\n').slice(0, 3).join(' ')}`,
    {
      place: { folder },
    },
  )
}

/** The password kept in `dir`, mode 0600; made at first. */
export function passwordOf(dir: string): string {
  const file = join(dir, 'password')
  if (!existsSync(file)) {
    const unfinished = `${file}.unfinished`
    rmSync(unfinished, { force: true })
    writeFileSync(unfinished, Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('hex'), { mode: 0o600 })
    renameSync(unfinished, file)
  }
  return readFileSync(file, 'utf8')
}
