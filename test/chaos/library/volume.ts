import { closeSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { pairtreeName } from '../../../src/repository/pairtree-name.ts'
import { metsOf } from '../../indexer/mets/mets-file.ts'
import { zipOf } from '../../repository/zip-writer.ts'

/** A volume of two pages at most, whose text tells its version. */
export interface TinyVolume {
  readonly htid: string
  readonly version: number
  /** Its zip is cut in the middle. */
  readonly broken: boolean
}

interface Placed {
  readonly folder: string
  readonly mets: string
  readonly zip: string
}

function placed(root: string, htid: string): Placed {
  const { folder, object } = pairtreeName(htid)
  const path = join(root, folder)
  return { folder: path, mets: join(path, `${object}.mets.xml`), zip: join(path, `${object}.zip`) }
}

/** Lays the volume into a pairtree: METS and zip are each replaced at once, one after the other, as depositors do. */
export function putVolume(root: string, volume: TinyVolume): void {
  const { folder, mets, zip } = placed(root, volume.htid)
  mkdirSync(folder, { recursive: true })
  for (const [path, content] of [
    [zip, zipBytes(volume)],
    [mets, metsText(volume)],
  ] as const) {
    writeFileSync(`${path}.part`, content)
    renameSync(`${path}.part`, path)
  }
}

/**
 * Writes over the zip in place, as careless depositors do, and calls `halfWay` when half of it is written. Returns
 * false when the disk took no more: half of a zip is left.
 */
export function overwriteZip(root: string, volume: TinyVolume, halfWay: () => void): boolean {
  const bytes = zipBytes(volume)
  const half = bytes.length >> 1
  const file = openSync(placed(root, volume.htid).zip, 'w')
  try {
    writeSync(file, bytes.subarray(0, half))
    halfWay()
    return writeSync(file, bytes.subarray(half)) === bytes.length - half
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    return false
  } finally {
    closeSync(file)
  }
}

/** Larger than two blocks of a file system, so that half a zip does not end in the block where all of it would. */
const image = Buffer.alloc(12_000, 'image')

const pagesOf = ({ version }: TinyVolume) => Array.from({ length: 1 + (version % 2) }, (_, index) => index + 1)

function metsText(volume: TinyVolume): string {
  const pages = pagesOf(volume).map((order) => ({ order, file: `${order}.txt`, label: String(order) }))
  return metsOf({ pages, objid: volume.htid })
}

function zipBytes(volume: TinyVolume): Buffer {
  const { htid, version, broken } = volume
  const text = (page: number) => `Page ${page} of ${htid} in its version ${version}.\n`
  const pages = pagesOf(volume).map((page) => ({ path: `${page}.txt`, data: text(page) }))
  const zip = zipOf([{ path: '1.jp2', data: image, method: 0 }, ...pages])
  return broken ? zip.subarray(0, zip.length >> 1) : zip
}
