import { buffer } from 'node:stream/consumers'
import { inflateRawSync } from 'node:zlib'
import { Parser } from 'saxen'
import { openPromise } from 'yauzl'
import { readHathiTrustMets } from '../../src/indexer/mets/hathitrust.ts'
import { pairtreeName } from '../../src/repository/pairtree-name.ts'
import type { Repository } from '../../src/repository/repository.ts'

/** What the floor needs of a volume, in memory. */
export interface FloorVolume {
  readonly mets: Buffer
  /** Compressed bytes and inflated size of every page. */
  readonly pages: readonly { readonly packed: Buffer; readonly size: number }[]
}

const namespaces = { 'http://www.loc.gov/METS/': 'mets' }

/**
 * What no assembly can do without: inflating the pages and a SAX pass over the METS, both from memory. None of the
 * project's code takes part, or a slow parser of ours would raise the floor it is measured against.
 */
export function reachFloor(volumes: readonly FloorVolume[]): void {
  for (const { mets, pages } of volumes) {
    const parser = new Parser().ns(namespaces)
    parser.on('openTag', (name, attributes) => {
      if (name === 'mets:div' || name === 'mets:fptr') attributes()
    })
    parser.on('closeTag', () => {})
    parser.parse(mets.toString('latin1'))
    for (const { packed, size } of pages) inflateRawSync(packed, { chunkSize: Math.max(size + 1, 64) })
  }
}

/** Takes a volume into memory, with yauzl as others would. */
export async function floorVolume(repository: Repository, htid: string): Promise<FloorVolume> {
  const volume = await repository.open(htid)
  await volume.close()
  const names = readHathiTrustMets(volume.mets).pages.flatMap((page) => page.file ?? [])
  const wanted = new Set(names.flatMap((name) => [name, `${pairtreeName(htid).object}/${name}`]))
  const pages: FloorVolume['pages'][number][] = []
  const zip = await openPromise(String(volume.place.mets).replace(/mets\.xml$/, 'zip'))
  for await (const entry of zip.eachEntry()) {
    if (!wanted.has(entry.fileName) || entry.compressionMethod !== 8) continue
    const packed = await buffer(await zip.openReadStreamPromise(entry, { decodeFileData: false }))
    pages.push({ packed, size: entry.uncompressedSize })
  }
  return { mets: volume.mets, pages }
}
