import { join } from 'node:path'
import { openPairtree } from '../../src/repository/pairtree.ts'
import type { LibraryFiles } from '../library/library.ts'
import { manifold } from '../library/manifold.ts'
import { emptyBenchFolder } from '../library/server.ts'
import { documentOf, soundVolumes, type Volumes, volumesAtHand } from '../library/volumes.ts'

/** What each leg of a measurement sends. */
export interface Legs {
  readonly files: LibraryFiles
  /** Bytes of documents; of all that is sent, those that are not counted. */
  readonly warmUp: number
}

/** Opens a library of so many bytes of documents, of which the first are to warm up. */
export async function withLegs<T>(bytes: number, warmUp: number, work: (legs: Legs) => Promise<T>): Promise<T> {
  const volumes = volumesAtHand()
  const copies = Math.ceil(bytes / (await bytesOf(volumes)))
  const folder = await emptyBenchFolder('volumes')
  try {
    const files = await manifold(folder, volumes, copies)
    const catalogue = { kind: 'records', files: [join(folder, 'records.ndjson')] }
    return await work({ files: { ...files, sources: { catalogue } }, warmUp })
  } finally {
    await emptyBenchFolder('volumes')
  }
}

async function bytesOf({ root }: Volumes): Promise<number> {
  const repository = openPairtree({ root })
  let bytes = 0
  for (const htid of await soundVolumes(repository)) bytes += (await documentOf(repository, htid)).bytes
  return bytes
}
