import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { openPromise } from 'yauzl'
import { SlipError } from '../../src/errors/slip-error.ts'
import { type HathiTrustMets, readHathiTrustMets } from '../../src/indexer/mets/hathitrust.ts'
import { openPairtree } from '../../src/repository/pairtree.ts'
import { pairtreeName } from '../../src/repository/pairtree-name.ts'
import type { Repository } from '../../src/repository/repository.ts'

/** A volume of the benchmark, with what the floor needs of it in memory. */
export interface BenchVolume {
  readonly htid: string
  readonly mets: Buffer
  /** Compressed bytes and inflated size of every page. */
  readonly pages: readonly { readonly packed: Buffer; readonly size: number }[]
}

/** The real volumes where they are present, else the sample library. */
export function benchRepository(): Repository {
  const checkout = join(import.meta.dirname, '../..')
  const real = join(checkout, '../shared/data/volumes/sdr1/obj')
  return openPairtree({ root: existsSync(real) ? real : join(checkout, 'samples/library/day-1/pairtree') })
}

/** Every volume of the repository but those with a planted trouble. */
export async function benchVolumes(repository: Repository): Promise<BenchVolume[]> {
  const volumes: BenchVolume[] = []
  for await (const htid of repository.walk()) {
    try {
      const volume = await repository.open(htid)
      try {
        const mets = readHathiTrustMets(volume.mets)
        await volume.readPages(pageNames(mets))
        const pages = await packedPages(String(volume.place.mets).replace(/mets\.xml$/, 'zip'), htid, mets)
        volumes.push({ htid, mets: volume.mets, pages })
      } finally {
        await volume.close()
      }
    } catch (error) {
      if (!(error instanceof SlipError && error.class === 'item')) throw error
    }
  }
  return volumes
}

const pageNames = (mets: HathiTrustMets) => mets.pages.flatMap((page) => page.file ?? [])

async function packedPages(path: string, htid: string, mets: HathiTrustMets): Promise<BenchVolume['pages']> {
  const wanted = new Set(pageNames(mets).flatMap((name) => [name, `${pairtreeName(htid).object}/${name}`]))
  const pages: BenchVolume['pages'][number][] = []
  const zip = await openPromise(path)
  for await (const entry of zip.eachEntry()) {
    if (!wanted.has(entry.fileName) || entry.compressionMethod !== 8) continue
    const packed = await buffer(await zip.openReadStreamPromise(entry, { decodeFileData: false }))
    pages.push({ packed, size: entry.uncompressedSize })
  }
  return pages
}
