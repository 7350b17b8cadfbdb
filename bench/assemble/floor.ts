import { buffer } from 'node:stream/consumers'
import { crc32, gunzipSync, inflateRawSync } from 'node:zlib'
import { Parser } from 'saxen'
import { openPromise } from 'yauzl'
import { readMets } from '../../src/indexer/mets/read-mets.ts'
import { pairtreeName } from '../../src/repository/pairtree-name.ts'
import type { Repository } from '../../src/repository/repository.ts'

/** What the floor needs of a volume, in memory. */
export interface FloorVolume {
  readonly mets: Buffer
  /** Compressed bytes and inflated size of every page. */
  readonly pages: readonly { readonly packed: Buffer; readonly size: number }[]
  /** The same pages as one gzip file of so many members, and their inflated size. */
  readonly members: Buffer
  readonly size: number
}

const namespaces = { 'http://www.loc.gov/METS/': 'mets' }

/**
 * What no assembly can do without: inflating the pages, one by one, and a SAX pass over the METS that reads the
 * attributes a page list is made of. All from memory, and without any code of the project: a slow parser of ours would
 * raise the floor it is measured against.
 */
export function reachFloor(volumes: readonly FloorVolume[]): void {
  for (const { mets, pages } of volumes) {
    passOver(mets)
    for (const { packed, size } of pages) inflateRawSync(packed, sized(size))
  }
}

/** The same with the pages unpacked in one call, as members of a gzip file that is ready: the fastest known. */
export function reachLowerFloor(volumes: readonly FloorVolume[]): void {
  for (const { mets, members, size } of volumes) {
    passOver(mets)
    if (members.length > 0) gunzipSync(members, sized(size))
  }
}

const sized = (size: number) => ({ chunkSize: Math.max(size + 1, 64) })

function passOver(mets: Buffer): void {
  let isText = false
  const parser = new Parser().ns(namespaces)
  parser.on('openTag', (name, attributes) => {
    if (name === 'mets:fileGrp') isText = attributes().USE === 'ocr'
    else if (name === 'mets:div' || name === 'mets:fptr') attributes()
    else if (isText && (name === 'mets:file' || name === 'mets:FLocat')) attributes()
  })
  parser.on('closeTag', () => {})
  parser.parse(mets.toString('latin1'))
}

/** Takes a volume into memory, with yauzl as others would. */
export async function floorVolume(repository: Repository, htid: string): Promise<FloorVolume> {
  const volume = await repository.open(htid)
  await volume.close()
  const names = readMets(volume.mets).pages.flatMap((page) => page.file ?? [])
  const wanted = new Set(names.flatMap((name) => [name, `${pairtreeName(htid).object}/${name}`]))
  const pages: FloorVolume['pages'][number][] = []
  const zip = await openPromise(String(volume.place.mets).replace(/mets\.xml$/, 'zip'))
  for await (const entry of zip.eachEntry()) {
    if (!wanted.has(entry.fileName) || entry.compressionMethod !== 8) continue
    const packed = await buffer(await zip.openReadStreamPromise(entry, { decodeFileData: false }))
    pages.push({ packed, size: entry.uncompressedSize })
  }
  const members = Buffer.concat(pages.map(({ packed, size }) => gzipMember(packed, size)))
  return { mets: volume.mets, pages, members, size: pages.reduce((sum, { size }) => sum + size, 0) }
}

function gzipMember(packed: Buffer, size: number): Buffer {
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(inflateRawSync(packed)), 0)
  trailer.writeUInt32LE(size, 4)
  return Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]), packed, trailer])
}
