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
import { copyFile, mkdir, readdir, rename } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { packageRoot } from '../../config/package-root.ts'
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
import type { Day, DemoLibrary } from './library.ts'

/** Where demos keep their data unless told: below the checkout, or where the person stands when SLIP is installed as a package. */
const standardFolder = (): string =>
  join(existsSync(join(packageRoot, 'src')) ? packageRoot : process.cwd(), '.slip/demo')

/** Where demos keep their data: the folder named, relative to where the person stands, or the standard one. */
export const demosFolder = (named: string | undefined): string =>
  named === undefined ? standardFolder() : resolve(process.env.INIT_CWD ?? process.cwd(), named)

/** Makes the folder of a library, or throws FOLDER_UNUSABLE. */
export function openFolder(demos: string, library: DemoLibrary): string {
  const folder = join(demos, library.name)
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK | constants.X_OK)
    claimFolder(folder)
  } catch (error) {
    if (error instanceof SlipError) throw error
    const message = `the demo keeps its data in ${folder}, which cannot be written: ${(error as Error).message}`
    throw new SlipError('FOLDER_UNUSABLE', message, { place: { folder }, cause: error })
  }
  return realpathSync(folder)
}

const markFile = (folder: string) => join(folder, '.slip-demo')

/** What a demo did not make itself it neither empties nor writes into. */
function claimFolder(folder: string): void {
  if (existsSync(markFile(folder))) return
  if (readdirSync(folder).length > 0 && !isOfDemo(join(folder, 'slip.yaml'))) {
    const message = `the demo keeps its data in ${folder}, and what is there is no demo's`
    throw new SlipError('FOLDER_UNUSABLE', message, { place: { folder } })
  }
  writeFileSync(markFile(folder), 'The data of `slipctl demo`, which --fresh removes.\n')
}

/** As those of releases are that left no mark. */
const isOfDemo = (config: string): boolean =>
  existsSync(config) && readFileSync(config, 'utf8').startsWith('# written by the demo')

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

const kept = ['lock', 'demo.process', '.slip-demo']

/** Removes all data of a library but the lock. */
export async function emptyFolder(folder: string): Promise<void> {
  await removeServerFiles(join(folder, 'postgres'))
  for (const name of readdirSync(folder)) {
    if (!kept.includes(name)) rmSync(join(folder, name), { recursive: true, force: true })
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

/**
 * Lays what a day brought over the folder, once: the volumes first, then what speaks of them. What a person corrected
 * since is left alone by a later demo.
 */
export async function layDay(day: Day, to: string): Promise<void> {
  const { folder: from, label } = day
  const laidFile = join(to, 'days.json')
  const laid = existsSync(laidFile) ? (JSON.parse(readFileSync(laidFile, 'utf8')) as string[]) : []
  if (laid.includes(label)) return
  for (const part of ['pairtree', 'catalogue', 'rights']) await layOver(join(from, part), join(to, part))
  writeFileSync(laidFile, JSON.stringify([...laid, label]))
}

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
  // renamed last: a daemon never reads half a file
  const part = `${target}.part`
  await copyFile(source, part)
  await rename(part, target)
}
