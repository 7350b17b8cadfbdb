import type { Code } from '../../errors/codes.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { featuresOf } from './features.ts'

/** One page of a volume as METS describes it. */
export interface MetsPage {
  /** ORDER of its div. */
  readonly order: number
  /** Printed page number (ORDERLABEL): may be null, repeated, roman. */
  readonly label: string | null
  readonly features: readonly string[]
  /** Name of its text file in the zip; null where the page has images only. */
  readonly file: string | null
  /** Bytes of the file as METS states them. */
  readonly size: number | null
  readonly md5: string | null
}

/** A `file` of the text group. */
export interface TextFile {
  href: string | null
  readonly size: string | null
  readonly checksum: string | null
  readonly checksumType: string | null
}

/** A page `div` of the physical structMap, with the FILEIDs of its `fptr`s. */
export interface PageDiv {
  readonly order: string
  readonly label: string | null
  readonly features: string | null
  readonly fileIds: string[]
}

/**
 * Joins page divs and text files by FILEID and sorts by ORDER as a number (`10` after `9`). `isFileId` tells whether
 * METS has a file of that ID in any group; it is asked only about pages without text. Throws METS_NO_PAGES,
 * METS_PAGE_ORDER and METS_BAD_REFERENCE.
 */
export function pageList(
  divs: readonly PageDiv[],
  files: ReadonlyMap<string, TextFile>,
  isFileId: (id: string) => boolean,
): MetsPage[] {
  if (divs.length === 0) throw new SlipError('METS_NO_PAGES', 'The physical structMap has no page divs with an ORDER.')
  if (files.size === 0) throw new SlipError('METS_NO_PAGES', 'There is no file in a fileGrp with USE="ocr".')
  const pages = divs.map((div) => page(div, files, isFileId)).sort((a, b) => a.order - b.order)
  for (const [index, { order }] of pages.entries()) {
    if (pages[index + 1]?.order === order) throw pageError('METS_PAGE_ORDER', `Two pages have ORDER ${order}.`, order)
  }
  return pages
}

function page(div: PageDiv, files: ReadonlyMap<string, TextFile>, isFileId: (id: string) => boolean): MetsPage {
  if (!/^\d{1,9}$/.test(div.order)) throw pageError('METS_PAGE_ORDER', `ORDER "${div.order}" is no number.`, div.order)
  const order = Number(div.order)
  const [id, second] = div.fileIds.filter((fileId) => files.has(fileId))
  if (second !== undefined) throw pageError('METS_BAD_REFERENCE', `Page ${order} points to two text files.`, order)
  const dangling = id === undefined ? div.fileIds.find((fileId) => !isFileId(fileId)) : undefined
  if (dangling !== undefined) {
    throw pageError(
      'METS_BAD_REFERENCE',
      `Page ${order} points to file ${dangling}, which METS does not describe.`,
      order,
    )
  }
  const file = id === undefined ? undefined : files.get(id)!
  return {
    order,
    label: div.label || null,
    features: featuresOf(div.features),
    file: file === undefined ? null : plainName(file.href, order),
    size: file?.size && /^\d{1,15}$/.test(file.size) ? Number(file.size) : null,
    md5: file?.checksumType === 'MD5' ? file.checksum : null,
  }
}

/**
 * A page href is the plain name of a file in the item's zip. Folders, `..`, absolute paths, URLs, backslashes, percent
 * encoding and control characters are refused: what decodes later might leave the item.
 */
function plainName(href: string | null, order: number): string {
  const isPlain = href !== null && href !== '.' && href !== '..' && /^[^/\\%:\x00-\x1f\x7f]{1,255}$/.test(href)
  if (isPlain) return href
  const shown = href === null ? 'no file name' : `"${href.slice(0, 100)}"`
  throw pageError('METS_BAD_REFERENCE', `Page ${order} points to ${shown}; a plain file name is expected.`, order)
}

function pageError(code: Code, message: string, order: number | string): SlipError {
  return new SlipError(code, message, { place: { order } })
}
