import { SlipError } from '../errors/slip-error.ts'
import type { Repository } from './repository.ts'

// enough to keep a network mount busy, and few enough to leave threads to others
const atATime = 8

/**
 * The fingerprint of each item, null for what is not in the repository: so is an id that no file can be named after.
 * Throws REPOSITORY_UNAVAILABLE.
 */
export async function fingerprintsOf(
  repository: Repository,
  htids: readonly string[],
): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>()
  for (let from = 0; from < htids.length; from += atATime) {
    const some = htids.slice(from, from + atATime)
    const files = await Promise.all(some.map((htid) => fingerprintOf(repository, htid)))
    for (const [index, htid] of some.entries()) found.set(htid, files[index] ?? null)
  }
  return found
}

async function fingerprintOf(repository: Repository, htid: string): Promise<string | null> {
  try {
    return await repository.fingerprint(htid)
  } catch (error) {
    if (error instanceof SlipError && error.code === 'ITEM_ID_INVALID') return null
    throw error
  }
}
