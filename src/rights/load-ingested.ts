import { fingerprintsOf } from '../repository/fingerprints.ts'
import type { SourceFile } from '../sources/file-set.ts'
import { type Ingested, readIngestList } from '../sources/ingest-list.ts'
import type { Bad } from '../sources/source.ts'
import { readFingerprints } from '../state/rights/files-fingerprints.ts'
import type { Pass } from './context.ts'
import type { FileReader } from './file-reading.ts'
import { takeFingerprints } from './take-fingerprints.ts'

const blockSize = 500

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
    const there = [...found].filter(([, files]) => files !== null)
    const seen = await readFingerprints(
      pass.db,
      there.map(([htid]) => htid),
    )
    await takeFingerprints(pass, source, new Map(there), { seen, isListed: true })
    return lines.filter(({ htid }) => found.get(htid) === null).map((line) => notThere(line, file))
  }
  return { read: readIngestList, blockSize, load }
}

const notThere = ({ htid, line }: Ingested, { path: file }: SourceFile): Bad => ({
  kind: 'bad',
  file,
  line,
  message: `Line ${line} names ${htid}, of which the repository has neither METS file nor pages.`,
  text: htid,
})
