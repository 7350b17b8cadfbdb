import type { Code } from '../../errors/codes.ts'
import { SlipError } from '../../errors/slip-error.ts'
import type { PageFile } from '../page-text/formats.ts'
import { featuresOf } from './features.ts'
import { imageName, plainName, relativePart, urlPart } from './href.ts'
import type { MetsDiv, MetsEntry, MetsFile } from './mets-file.ts'
import { pageNumbers } from './page-order.ts'
import type { TextGroup } from './text-groups.ts'

/**
 * What of a file that holds several pages is one of METS: the page with one of these IDs in it, or that at a place. `alone`: METS has
 * no other page in the file, which may as well be one page.
 */
export type PagePart = { readonly ids: readonly string[]; readonly alone?: true } | { readonly position: number }

/** One page of a volume as METS describes it. */
export interface MetsPage {
  /** ORDER of its div; its place among all pages where those of several divs are numbered anew, or not at all. */
  readonly order: number
  /** Printed page number (ORDERLABEL): may be null, repeated, roman. */
  readonly label: string | null
  readonly features: readonly string[]
  /** Its text file, below the folder of the item or in its zip; null where the page has images only. */
  readonly file: string | null
  /** USE of the group of that file. */
  readonly group: string | null
  /** The ID of that file in METS. */
  readonly fileId: string | null
  /** Where METS has that file when it is not in the item: `file` is no more than its name then. */
  readonly url: string | null
  /** Null where the file is that page. */
  readonly part: PagePart | null
  /** Bytes of the file as METS states them. */
  readonly size: number | null
  readonly md5: string | null
  readonly mime: string | null
  readonly format: PageFile['format']
  /** Names of its other files without folder and extension; only asked for where text lies beside METS. */
  readonly images: readonly string[]
}

/** How a dialect lists pages. */
export interface PageListing {
  readonly divs: readonly MetsDiv[]
  /** The groups that the text may be in, the best first: a page has its file in the first that has one of it. */
  readonly groups: readonly TextGroup[]
  readonly format: PageFile['format']
  /** Text files are plain names, or paths below the folder of the item. */
  readonly hrefs: 'plain' | 'paths'
  /** Printed page numbers of the divs, where they are not their ORDERLABEL. */
  readonly labels?: readonly (string | null)[]
  /** LABEL of a div is a list of page features. */
  readonly hasFeatures?: boolean
  /** Pages come in the order of the file; ORDER means something else or nothing. */
  readonly unordered?: boolean
  /** Text files that no page points to are left out: supplements. */
  readonly mayLeaveText?: boolean
  /** METS need not name any text. */
  readonly mayLackText?: boolean
}

export interface PageList {
  /** In ORDER. */
  readonly pages: readonly MetsPage[]
  /** IDs of text files that no page points to: text that would be lost. */
  readonly unused: readonly string[]
  /** The same pages with the next group of text that each is in, for those whose file holds none; the best first. */
  readonly before?: readonly (() => PageList)[]
}

/**
 * Joins page divs and text files by FILEID and sorts by ORDER as a number (`10` after `9`). Throws METS_NO_PAGES,
 * METS_PAGE_ORDER and METS_BAD_REFERENCE.
 */
export function pageList(mets: MetsFile, listing: PageListing): PageList {
  const list = listOf(mets, listing, 0)
  if (listing.groups.length < 2) return list
  return { ...list, before: listing.groups.slice(1).map((_, index) => () => listOf(mets, listing, index + 1)) }
}

/** `passed`: how many of the groups that a page has a file in are passed over. */
function listOf(mets: MetsFile, listing: PageListing, passed: number): PageList {
  const { divs } = listing
  if (divs.length === 0) throw new SlipError('METS_NO_PAGES', 'The physical structMap has no page divs with an ORDER.')
  if (!listing.mayLackText) assertText(mets, listing)
  const numbers = listing.unordered ? divs.map((_, index) => index + 1) : pageNumbers(divs)
  const taken: Taken = { paths: new Map(), groups: new Set(), passed }
  const pages = divs.map((div, index) => {
    const label = div.orderLabel || (listing.labels?.[index] ?? null)
    return page(mets, listing, { div, label, order: numbers[index]! }, taken)
  })
  if (listing.unordered) return { pages, unused: listing.mayLeaveText ? [] : unusedOf(mets, listing, pages, taken) }
  pages.sort((a, b) => a.order - b.order)
  const unused = unusedOf(mets, listing, pages, taken)
  return { pages: listing.hrefs === 'paths' ? shared(pages) : pages, unused }
}

/** Several pages with one file are parts of it: those they point to, else in their order. */
function shared(pages: readonly MetsPage[]): readonly MetsPage[] {
  const byFile = Map.groupBy(pages, placeOf)
  if (byFile.size === pages.length && pages.every(({ part }) => part === null)) return pages
  const pointing = new Map([...byFile].map(([place, together]) => [place, together.filter(isPointing).length]))
  const places = new Map<string, number>()
  return pages.map((page) => {
    const { file, part, order } = page
    const place = placeOf(page)
    const together = file === null ? 1 : byFile.get(place)!.length
    if (together === 1) return part !== null && 'ids' in part ? { ...page, part: { ids: part.ids, alone: true } } : page
    const parts = pointing.get(place)!
    if (parts === together) return page
    if (parts > 0) {
      const message = `${parts} of the ${together} pages that have the text file ${file} point to a part of it.`
      throw pageError('METS_BAD_REFERENCE', message, order)
    }
    const position = places.get(place!) ?? 0
    places.set(place!, position + 1)
    return { ...page, part: { position } }
  })
}

/** Where METS has the text of a page: what two URLs end in says not that they are one file. */
export const placeOf = ({ url, file }: MetsPage): string | null => url ?? file

const isPointing = ({ part }: MetsPage): boolean => part !== null

/** Of the groups that pages have text in, and those that are better; of all where a page has none, whose text it may be. */
function unusedOf(
  { files }: MetsFile,
  { divs, groups }: PageListing,
  pages: readonly MetsPage[],
  taken: Taken,
): string[] {
  const isWhole = pages.every(({ file }) => file !== null)
  const asked = isWhole ? groups.slice(0, groups.findLastIndex((group) => taken.groups.has(group)) + 1) : groups
  const isText = (file: MetsEntry) => asked.some((group) => group.isText(file))
  let count = 0
  for (const file of files.values()) if (file.href !== null && isText(file)) count++
  if (count === taken.paths.size) return []
  const pointed = new Set(divs.flatMap(({ fileIds }) => fileIds))
  return [...files].filter(([id, file]) => file.href !== null && isText(file) && !pointed.has(id)).map(([id]) => id)
}

function assertText(mets: MetsFile, { groups }: PageListing): void {
  for (const file of mets.files.values()) if (groups.some(({ isText }) => isText(file))) return
  throw new SlipError('METS_NO_PAGES', `There is no file in a fileGrp with ${groups[0]?.name}.`)
}

const none: readonly string[] = []

interface TextOfPage {
  readonly id: string
  readonly file: MetsEntry
}

/** What the pages listed so far have. */
interface Taken {
  /** Of each path ORDER of the page that has it: where a file has no parts, the text of one page is not that of another. */
  readonly paths: Map<string, number>
  readonly groups: Set<TextGroup>
  readonly passed: number
}

/** The text file a page points to; null for a page of images only. */
function textOf(
  mets: MetsFile,
  { groups }: PageListing,
  { fileIds }: MetsDiv,
  order: number,
  taken: Taken,
): TextOfPage | null {
  let found = 0
  for (const group of groups) {
    const [id, another] = new Set(fileIds.filter((each) => isIn(group, mets.files.get(each))))
    if (id === undefined || found++ < taken.passed) continue
    if (another !== undefined) throw pageError('METS_BAD_REFERENCE', `Page ${order} points to two text files.`, order)
    if (mets.ambiguous.has(id)) {
      throw pageError('METS_BAD_REFERENCE', `Two files have the ID ${id}, of page ${order}.`, order)
    }
    taken.groups.add(group)
    return { id, file: mets.files.get(id)! }
  }
  if (found > 0) return null
  const dangling = fileIds.find((id) => !mets.files.has(id) && !mets.isFileId(id))
  if (dangling === undefined) return null
  const message = `Page ${order} points to file ${dangling}, which METS does not describe.`
  throw pageError('METS_BAD_REFERENCE', message, order)
}

const isIn = ({ isText }: TextGroup, file: MetsEntry | undefined): boolean => file !== undefined && isText(file)

/** A div, and what it is called. */
interface Place extends Pick<MetsPage, 'order' | 'label'> {
  readonly div: MetsDiv
}

function page(mets: MetsFile, listing: PageListing, { div, order, label }: Place, taken: Taken): MetsPage {
  const text = textOf(mets, listing, div, order, taken)
  const file = text?.file ?? null
  const { path, part, url } = file === null ? noFile : textFile(file, listing.hrefs, mets, div, order, taken)
  return {
    order,
    label,
    features: listing.hasFeatures ? featuresOf(div.label) : [],
    file: path,
    group: file?.use ?? null,
    fileId: text?.id ?? null,
    url,
    part,
    size: file?.size && /^\d{1,15}$/.test(file.size) ? Number(file.size) : null,
    md5: file?.checksumType === 'MD5' ? file.checksum : null,
    mime: file?.mime ?? null,
    format: listing.format,
    images: file === null && listing.hrefs === 'paths' ? baseNames(mets, div) : none,
  }
}

const noFile = { path: null, part: null, url: null }

/** The path of a text file, and the part of it that the page is. */
function textFile(
  { href }: MetsEntry,
  hrefs: PageListing['hrefs'],
  mets: MetsFile,
  div: MetsDiv,
  order: number,
  { paths }: Taken,
): { path: string; part: PagePart | null; url: string | null } {
  const found = hrefs === 'plain' ? plainPart(href) : (relativePart(href) ?? urlPart(href))
  if (found === null) {
    const shown = href === null ? 'no file name' : `"${href.slice(0, 100)}"`
    const expected =
      hrefs === 'plain' ? 'a plain file name' : 'a path below the folder of the item or the URL of a file'
    throw pageError('METS_BAD_REFERENCE', `Page ${order} points to ${shown}; ${expected} is expected.`, order)
  }
  const { path, part } = found
  const url = 'url' in found ? found.url : null
  const other = paths.get(path)
  paths.set(path, order)
  if (other !== undefined && hrefs === 'plain') {
    throw pageError('METS_BAD_REFERENCE', `Pages ${other} and ${order} have the same text file ${path}.`, order)
  }
  const ids = part === null ? beginsOf(mets, div, href) : [part]
  return { path, part: ids.length === 0 ? null : { ids }, url }
}

function plainPart(href: string | null): { path: string; part: null } | null {
  const path = plainName(href)
  return path === null ? null : { path, part: null }
}

/** Where in a file the areas of a page begin. */
function beginsOf({ files }: MetsFile, { begins }: MetsDiv, href: string | null): string[] {
  return begins === null ? [] : [...begins].flatMap(([id, ids]) => (files.get(id)?.href === href ? ids : []))
}

function baseNames(mets: MetsFile, div: MetsDiv): string[] {
  const names = div.fileIds.flatMap((id) => mets.files.get(id)?.href ?? [])
  return [...new Set(names.map(imageName))]
}

function pageError(code: Code, message: string, order: number | string): SlipError {
  return new SlipError(code, message, { place: { order } })
}
