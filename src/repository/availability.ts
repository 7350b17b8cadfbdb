import { opendir, stat } from 'node:fs/promises'
import { setTimeout as after } from 'node:timers/promises'
import { SlipError } from '../errors/slip-error.ts'
import { isStorageAway } from '../errors/storage-away.ts'

const errno = (error: unknown): string => (error as NodeJS.ErrnoException | null)?.code ?? ''

/** True when the file or folder is simply not there; a link that leads nowhere or in a circle is not either. */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(errno(error))
}

/** What a process without rights is answered: of a whole repository the mount is at fault, not an item. */
const isForbidden = (error: unknown): boolean => ['EACCES', 'EPERM'].includes(errno(error))

/** A file system error as REPOSITORY_UNAVAILABLE when it is the storage that fails, else the error itself. */
export function asUnavailable(error: unknown, path: string): unknown {
  if (error instanceof SlipError || !(isStorageAway(error) || isForbidden(error))) return error
  return new SlipError('REPOSITORY_UNAVAILABLE', `The repository cannot be read: ${(error as Error).message}`, {
    place: { path },
    cause: error,
  })
}

/**
 * Throws REPOSITORY_UNAVAILABLE unless the root can be entered and holds something. An empty root counts as away: that
 * is what a mount point looks like when nothing is mounted, and every item would end as missing.
 */
export async function assertRoot(root: string): Promise<void> {
  let reason = 'it is empty; is its mount there?'
  try {
    const folder = await opendir(root)
    try {
      if ((await folder.read()) !== null) return
    } finally {
      await folder.close()
    }
  } catch (error) {
    reason = (error as Error).message
  }
  throw new SlipError('REPOSITORY_UNAVAILABLE', `The repository root ${root} cannot be used: ${reason}`, {
    place: { root },
  })
}

/** Whether one of the paths below the root is there. False only when the root is. Throws REPOSITORY_UNAVAILABLE. */
export async function isAnyThere(root: string, paths: readonly string[]): Promise<boolean> {
  for (const path of paths) {
    try {
      await stat(path)
      return true
    } catch (error) {
      if (!isAbsent(error)) throw asUnavailable(error, path)
    }
  }
  await assertRoot(root)
  return false
}

const answerMs = 5_000

/**
 * A look at a root that gives up after a while: a server that is silent holds whoever asks it, for as long as it is. One
 * look at a time, for each holds one of the few threads that read files.
 */
export function rootCheck(root: string, look: () => Promise<void>, withinMs = answerMs): () => Promise<void> {
  let looking: Promise<void> | null = null
  return async () => {
    looking ??= look().finally(() => {
      looking = null
    })
    const waiting = new AbortController()
    // of a look that nobody waits for any more, nobody need hear
    looking.catch(() => undefined)
    const silent = after(withinMs, null, { signal: waiting.signal }).then(
      () => {
        const message = `The repository root ${root} does not answer within ${withinMs} ms`
        throw new SlipError('REPOSITORY_UNAVAILABLE', message, { place: { root } })
      },
      () => undefined,
    )
    await Promise.race([looking, silent]).finally(() => waiting.abort())
  }
}
