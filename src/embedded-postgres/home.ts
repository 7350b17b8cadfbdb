import { createHash } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SlipError } from '../errors/slip-error.ts'
import { type Binaries, findBinaries, postgresOf } from './binaries.ts'
import { allows, blockedFor, type Owner, serverOwner } from './owner.ts'

/** Where a server lives and as whom it runs. */
export interface Home {
  /** The folder of the cluster is `data` in here. */
  readonly folder: string
  readonly binaries: Binaries
  /** Null = as ourselves. */
  readonly owner: Owner | null
  /** True when `folder` is not the folder asked for but one below the temporary directory. */
  readonly relocated: boolean
}

/**
 * Decides where the server of `dir` lives: there, unless we are root and the unprivileged user cannot reach `dir` or
 * the binaries; then both go to one folder below the temporary directory. A cluster that exists is never left behind.
 *
 * @param dir existing folder, as real path
 * @throws FOLDER_UNUSABLE when a cluster lies in `dir` and the unprivileged user can no longer reach it
 */
export async function prepareHome(dir: string): Promise<Home> {
  const binaries = findBinaries()
  const owner = ownerOf(dir)
  if (owner === null) return { folder: dir, binaries, owner, relocated: false }

  const blocked = blockedFor(owner, dir)
  const hasCluster = existsSync(join(dir, 'data'))
  if (blocked !== null && hasCluster) {
    throw new SlipError(
      'FOLDER_UNUSABLE',
      `PostgreSQL runs as an unprivileged user, who may not enter ${blocked}; allow it with: chmod o+x '${blocked}'`,
      { place: { folder: blocked } },
    )
  }
  const reachable = canRun(owner, binaries)
  if (reachable && blocked === null && existingRefuge(dir) === null)
    return { folder: dir, binaries, owner, relocated: false }
  const refuge = makeRefuge(dir, owner)
  return {
    folder: hasCluster ? dir : refuge,
    binaries: reachable ? binaries : await copyBinaries(binaries, refuge),
    owner,
    relocated: true,
  }
}

/** As root: the user who made the cluster in `dir` before, else `nobody`. */
function ownerOf(dir: string): Owner | null {
  const owner = serverOwner()
  const made = owner && statSync(join(dir, 'data'), { throwIfNoEntry: false })
  return made && made.uid !== 0 ? { uid: made.uid, gid: made.gid } : owner
}

function canRun(owner: Owner, binaries: Binaries): boolean {
  const folders = ['bin', 'lib', 'share'].map((name) => join(binaries.root, name))
  return (
    folders.every((folder) => blockedFor(owner, folder) === null && allows(folder, owner, 0o4)) &&
    allows(postgresOf(binaries), owner, 0o5)
  )
}

/** The folder below the temporary directory that belongs to `dir`, when there is one; its name is derived from `dir`. */
export function existingRefuge(dir: string): string | null {
  return refugeCandidates(dir).find((folder) => existsSync(folder)) ?? null
}

// /tmp stands in where TMPDIR is a private folder of root's.
const refugeCandidates = (dir: string) =>
  [tmpdir(), '/tmp'].map((folder) =>
    join(folder, `slip-postgres-${createHash('sha256').update(dir).digest('hex').slice(0, 16)}`),
  )

function makeRefuge(dir: string, owner: Owner): string {
  const folder =
    existingRefuge(dir) ?? refugeCandidates(dir).find((candidate) => blockedFor(owner, join(candidate, '..')) === null)
  if (folder === undefined) {
    throw new SlipError(
      'FOLDER_UNUSABLE',
      `PostgreSQL runs as user nobody, which may enter neither ${dir} nor ${tmpdir()}`,
      {
        place: { folder: dir },
      },
    )
  }
  mkdirSync(folder, { recursive: true })
  const found = lstatSync(folder)
  // The name can be guessed and anyone may write to the temporary directory: use only what is ours.
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new SlipError('FOLDER_UNUSABLE', `${folder} belongs to someone else; remove it`, { place: { folder } })
  }
  chmodSync(folder, 0o755)
  return folder
}

async function copyBinaries(from: Binaries, refuge: string): Promise<Binaries> {
  const root = join(refuge, `postgres-${from.version}`)
  if (!existsSync(root)) {
    const unfinished = `${root}.unfinished`
    rmSync(unfinished, { recursive: true, force: true })
    await cp(from.root, unfinished, { recursive: true, verbatimSymlinks: true })
    openToAll(unfinished)
    renameSync(unfinished, root)
  }
  return { ...from, root }
}

/** What chmod -R a+rX does: the umask of root, or of the npm that installed, may have closed the files. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) openToAll(path)
    else if (entry.isFile()) chmodSync(path, lstatSync(path).mode & 0o100 ? 0o755 : 0o644)
  }
}
