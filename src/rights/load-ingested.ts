import { SlipError } from '../errors/slip-error.ts'
import type { Repository } from '../repository/repository.ts'
import type { SourceFile } from '../sources/file-set.ts'
import { type Ingested, readIngestList } from '../sources/ingest-list.ts'
import type { Bad } from '../sources/source.ts'
import type { Pass } from './context.ts'
import type { FileReader } from './file-reading.ts'
import { takeFingerprints } from './take-fingerprints.ts'

const blockSize = 500
// enough to keep a network mount busy, and few enough to leave threads to others
const atATime = 8

/**
 * Reads ingest lists. What a list says is looked up in the repository: so a list may be appended to and read again, and an
 * item is indexed again only when its files are others than those last seen.
 */
export function ingestReader(pass: Pass, source: string): FileReader<Ingested> {
  const load = async (lines: Ingested[], file: SourceFile): Promise<Bad[]> => {
    const found = await fingerprintsOf(
      pass.repository,
      lines.map(({ htid }) => htid),
    )
    const there = [...found].flatMap(([htid, files]) => (files === null ? [] : [[htid, files] as const]))
    await takeFingerprints(pass, source, new Map(there))
    return lines.filter(({ htid }) => found.get(htid) === null).map((line) => notThere(line, file))
  }
  return { read: readIngestList, blockSize, load }
}

/** The fingerprint of each item, null for what is not in the repository. Throws REPOSITORY_UNAVAILABLE. */
async function fingerprintsOf(repository: Repository, htids: readonly string[]): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>()
  for (let from = 0; from < htids.length; from += atATime) {
    const some = htids.slice(from, from + atATime)
    const files = await Promise.all(some.map((htid) => fingerprintOf(repository, htid)))
    for (const [index, htid] of some.entries()) found.set(htid, files[index] as string | null)
  }
  return found
}

/** An id that no file can be named after is not there either. */
async function fingerprintOf(repository: Repository, htid: string): Promise<string | null> {
  try {
    return await repository.fingerprint(htid)
  } catch (error) {
    if (error instanceof SlipError && error.code === 'ITEM_ID_INVALID') return null
    throw error
  }
}

const notThere = ({ htid, line }: Ingested, { path: file }: SourceFile): Bad => ({
  kind: 'bad',
  file,
  line,
  message: `Line ${line} names ${htid}, of which the repository has neither METS file nor pages.`,
  text: htid,
})
