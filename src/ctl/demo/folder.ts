import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { copyFile, mkdir, readdir, rename, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { withLock } from '../../embedded-postgres/lock.ts'
import {
  identityOf,
  isRunning,
  ownIdentity,
  type ProcessIdentity,
  pidOf,
} from '../../embedded-postgres/process-identity.ts'
import { removeServerFiles } from '../../embedded-postgres/server.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { type DemoLibrary, packageRoot } from './library.ts'

/** Where demos keep their data: below the checkout, or where the person stands when SLIP is installed as a package. */
export const demosFolder = (): string =>
  join(existsSync(join(packageRoot, 'src')) ? packageRoot : process.cwd(), '.slip/demo')

/** Makes the folder of a library, or throws FOLDER_UNUSABLE. */
export function openFolder(library: DemoLibrary): string {
  const folder = join(demosFolder(), library.name)
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    const message = `the demo keeps its data in ${folder}, which cannot be written: ${(error as Error).message}`
    throw new SlipError('FOLDER_UNUSABLE', message, { place: { folder }, cause: error })
  }
  return realpathSync(folder)
}

const holderFile = (folder: string) => join(folder, 'demo.process')
const daemonsFile = (folder: string) => join(folder, 'daemons.json')

/** One demo at a time in a folder; LOCKED names the other. A killed one holds nothing. */
export async function holdFolder(folder: string): Promise<() => void> {
  await withLock(join(folder, 'lock'), 10_000, async () => {
    const holder = existsSync(holderFile(folder)) ? readFileSync(holderFile(folder), 'utf8') : null
    if (holder !== null && isRunning(holder)) {
      const message = `another demo (process ${pidOf(holder)}) uses ${folder}`
      throw new SlipError('LOCKED', message, { place: { folder, pid: pidOf(holder) } })
    }
    writeFileSync(holderFile(folder), ownIdentity())
  })
  return () => rmSync(holderFile(folder), { force: true })
}

/** Removes all data of a library but the lock. */
export async function emptyFolder(folder: string): Promise<void> {
  await removeServerFiles(join(folder, 'postgres'))
  for (const name of readdirSync(folder)) {
    if (name !== 'lock' && name !== 'demo.process') rmSync(join(folder, name), { recursive: true, force: true })
  }
}

/** Remembers the daemons that run, so that the next demo can end them whatever becomes of this one. */
export function rememberDaemons(folder: string, pids: readonly number[]): void {
  const identities = pids.map((pid) => identityOf(pid)).filter((identity) => identity !== null)
  writeFileSync(daemonsFile(folder), JSON.stringify(identities))
}

/** The daemons of the folder that still run. */
export function runningDaemons(folder: string): number[] {
  if (!existsSync(daemonsFile(folder))) return []
  const identities = JSON.parse(readFileSync(daemonsFile(folder), 'utf8')) as ProcessIdentity[]
  return identities.filter(isRunning).map(pidOf)
}

/** Lays what a day brought over the folder: the volumes first, then what speaks of them. */
export async function layDay(from: string, to: string): Promise<void> {
  for (const part of ['pairtree', 'catalogue', 'rights']) await layOver(join(from, part), join(to, part))
}

/** A file that is there with the same size and time is left alone. */
async function layOver(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    if (entry.isDirectory()) await layOver(source, target)
    else await layFile(source, target)
  }
}

async function layFile(source: string, target: string): Promise<void> {
  const wanted = await stat(source)
  const found = await stat(target).catch(() => null)
  if (found !== null && found.size === wanted.size && Math.trunc(found.mtimeMs) === Math.trunc(wanted.mtimeMs)) return
  // renamed last: a daemon never reads half a file
  const part = `${target}.part`
  await copyFile(source, part)
  await utimes(part, wanted.atime, wanted.mtime)
  await rename(part, target)
}
