import type { Repository } from './repository.ts'

// enough to keep a network mount busy, and few enough to leave threads to others
const atATime = 8

/** The fingerprint of each item, null for what is not in the repository. Throws REPOSITORY_UNAVAILABLE. */
export async function fingerprintsOf(
  repository: Repository,
  htids: readonly string[],
): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>()
  for (let from = 0; from < htids.length; from += atATime) {
    const some = htids.slice(from, from + atATime)
    const files = await Promise.all(some.map((htid) => repository.fingerprint(htid)))
    for (const [index, htid] of some.entries()) found.set(htid, files[index] ?? null)
  }
  return found
}
