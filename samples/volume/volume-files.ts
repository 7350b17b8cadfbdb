import type { Volume } from '../volumes.ts'
import { metsFile, type PageFiles, pageName } from './mets.ts'
import { pageTexts, type TitlePage } from './page-text.ts'
import { type ZipEntry, zipArchive } from './zip-archive.ts'

export interface VolumeFiles {
  /** Folder of the volume in the pairtree, relative to its root. */
  readonly folder: string
  /** File name → content: the METS and the zip, as far as they are there. */
  readonly files: ReadonlyMap<string, Buffer>
}

/**
 * METS and zip of a volume.
 *
 * @param whole False: with the trouble that the volume has. True: as it should be.
 */
export function volumeFiles(volume: Volume, title: TitlePage, whole: boolean): VolumeFiles {
  const trouble = whole ? null : volume.trouble
  const { folder, objectName } = pairtreePlace(volume.id)
  const texts = pageTexts(volume, title)
  const pages = texts.map((text, index) => ({
    text,
    coordinates: volume.coordinates ? wordPlaces(text, index + 1) : null,
  }))
  const zip =
    trouble === 'zip is no zip'
      ? Buffer.from('The disk was full when this file was copied.\n')
      : zipOf(volume, objectName, pages, trouble)
  const mets = metsFile(volume, objectName, zip, pages)
  const files = new Map([[`${objectName}.zip`, zip]])
  if (trouble !== 'no METS') files.set(`${objectName}.mets.xml`, mets)
  return { folder, files }
}

function zipOf(volume: Volume, objectName: string, pages: readonly PageFiles[], trouble: Volume['trouble']): Buffer {
  const inner = volume.innerFolder ? `${objectName}/` : ''
  const entries: ZipEntry[] = inner === '' ? [] : [{ name: inner, bytes: Buffer.alloc(0) }]
  for (const [index, page] of pages.entries()) {
    const name = inner + pageName(index + 1)
    if (trouble === 'page missing' && index + 1 === 13) continue
    entries.push({ name: `${name}.txt`, bytes: page.text })
    if (page.coordinates !== null) entries.push({ name: `${name}.html`, bytes: page.coordinates })
  }
  return zipArchive(entries)
}

/** The first words of a page in hOCR. */
function wordPlaces(text: Buffer, number: number): Buffer {
  const words = text
    .toString('utf8')
    .split(/\s+/)
    .filter((word) => word !== '')
  const spans = words.slice(0, 24).map((word, index) => {
    const [left, top] = [80 + (index % 8) * 110, 120 + Math.floor(index / 8) * 40]
    return `<span class="ocrx_word" title="bbox ${left} ${top} ${left + 100} ${top + 30}">${word.replaceAll('&', '&amp;')}</span>`
  })
  return Buffer.from(
    `<html><body><div class="ocr_page" title="bbox 0 0 1000 1500; ppageno ${number}">${spans.join(' ')}</div></body></html>\n`,
  )
}

function pairtreePlace(id: string): { folder: string; objectName: string } {
  const dot = id.indexOf('.')
  const objectName = id
    .slice(dot + 1)
    .replaceAll('/', '=')
    .replaceAll(':', '+')
    .replaceAll('.', ',')
  const pairs = objectName.match(/..?/g)!
  return { folder: [id.slice(0, dot), 'pairtree_root', ...pairs, objectName].join('/'), objectName }
}
