import { join } from 'node:path'
import { openRepository } from '../../src/repository/open-repository.ts'
import type { LibraryFiles } from '../library/library.ts'
import { manifold } from '../library/manifold.ts'
import { emptyBenchFolder } from '../library/server.ts'
import { documentOf, soundVolumes, type Volumes } from '../library/volumes.ts'

/** What each leg of a measurement sends. */
export interface Legs {
  readonly files: LibraryFiles
  /** Bytes of documents; of all that is sent, those that are not counted. */
  readonly warmUp: number
}

/** Opens a library of so many bytes of documents of these volumes, of which the first are to warm up. */
export async function withLegs<T>(
  volumes: Volumes,
  { bytes, warmUp }: { readonly bytes: number; readonly warmUp: number },
  work: (legs: Legs) => Promise<T>,
): Promise<T> {
  const copies = Math.ceil(bytes / (await bytesOf(volumes)))
  const name = `volumes-${volumes.kind}`
  const folder = await emptyBenchFolder(name)
  try {
    const files = await manifold(folder, volumes, copies)
    const catalogue = { kind: 'records', files: [join(folder, 'records.ndjson')] }
    return await work({ files: { ...files, sources: { catalogue } }, warmUp })
  } finally {
    await emptyBenchFolder(name)
  }
}

async function bytesOf(volumes: Volumes): Promise<number> {
  const repository = openRepository(volumes)
  let bytes = 0
  for (const htid of await soundVolumes(repository)) bytes += (await documentOf(repository, htid)).bytes
  return bytes
}
