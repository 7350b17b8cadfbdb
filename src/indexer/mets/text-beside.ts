import { SlipError } from '../../errors/slip-error.ts'
import type { MetsPage } from './page-list.ts'

// Best first: what says most of the page, and what its makers correct.
const kinds = [
  /(?:^|[_-])alto\d{0,3}$/i,
  /(?:^|[_-])fulltext$/i,
  /(?:^|[_-])page$/i,
  /(?:^|[_-])hocr$/i,
  /(?:^|[_-])abbyy$/i,
  /(?:^|[_-])(?:txt|text|ocr)$/i,
]
/** What readers of Goobi corrected, page by page: in folders called as the one they were read in. */
const corrected = ['altocrowd', 'txtcrowd']
/** Of two files of a page in one folder: what has markup says where its lines end. */
const byExtension = ['xml', 'hocr', 'html', 'htm', 'txt']
export const isTextName = (file: string): boolean => /\.(?:xml|txt|html?|hocr)$/i.test(file)

/** What the name of a folder says of its files. */
const kindOf = /(?:alto\d{0,3}|fulltext|page|hocr|abbyy|txt|text|ocr)$/i

// What may hold several pages.
const isBook = /\.(?:xml|x?html?|hocr)$/i

/**
 * The pages of a METS file that names no text, each with the file of its text: of one folder beside the METS, called as
 * an image of the page is, but for the extension. Of several folders the one called after the METS file
 * (`ID_alto`) comes first, and of its kinds ALTO, then PAGE, hOCR, ABBYY and plain text; before it pages that were corrected
 * (`ID_altocrowd`, `ID_txtcrowd`). Where no file is called so, all pages are
 * in one: the only file of such a folder, or the one beside the METS that is called after it. `files` are paths below the
 * folder of the METS. Throws METS_NO_TEXT, also where two folders are equally good; PAGE_MISSING for a page without a file,
 * unless gaps are waived.
 */
export function textBeside(
  listed: readonly MetsPage[],
  metsName: string,
  files: readonly string[],
  gapsWaived: boolean,
): MetsPage[] {
  const folders = foldersOf(files, metsName)
  const pages = withOwnNames(listed)
  const fitting = bestFirst([...folders.keys()], metsName).filter((group) =>
    group.some((folder) => pages.some((page) => fileOf(page, folders.get(folder)!) !== null)),
  )
  const [best = []] = fitting
  if (best.length > 1) throw several('folders', best)
  const [folder] = best
  const stem = folder ? folder.replace(kindOf, '') : ownName(metsName).replace(/.$/, '$&_')
  const edited = corrected.flatMap((kind) => folders.get(`${stem}${kind}`) ?? [])
  const inOrder = folder === undefined ? edited : [...edited, folders.get(folder)!]
  const found = pages.map((page) => inOrder.map((names) => fileOf(page, names)).find((file) => file !== null) ?? null)
  if (folder === undefined && found.includes(null)) return inOne(pages, bookOf(folders, metsName))
  return pages.map((page, at) => {
    const file = found[at]!
    if (file !== null || gapsWaived) return { ...page, file }
    const message = `Page ${page.order} has no text in ${folder || 'the folder of the METS'}, where that of others is.`
    throw new SlipError('PAGE_MISSING', message, { place: { order: page.order } })
  })
}

/** What images of several pages are called, as `default` or `max`, tells nothing of a page. */
function withOwnNames(pages: readonly MetsPage[]): readonly MetsPage[] {
  const counts = new Map<string, number>()
  for (const name of pages.flatMap(({ images }) => images)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return pages.map((page) => ({ ...page, images: page.images.filter((name) => counts.get(name) === 1) }))
}

/** All pages in one file, in their order. */
function inOne(pages: readonly MetsPage[], file: string): MetsPage[] {
  return pages.map((page, position) => ({ ...page, file, part: pages.length === 1 ? null : { position } }))
}

/** The file beside the METS that holds all pages. */
function bookOf(folders: ReadonlyMap<string, ReadonlyMap<string, string>>, metsName: string): string {
  for (const group of bestFirst([...folders.keys()], metsName)) {
    const books = group.flatMap((folder) => {
      const files = [...folders.get(folder)!.values()].filter((file) => isBook.test(file))
      return folder === '' ? files.filter((file) => isCalledAfter(file, metsName)) : files.length === 1 ? files : []
    })
    if (books.length > 1) throw several('files', books)
    if (books[0] !== undefined) return books[0]
  }
  throw new SlipError('METS_NO_TEXT', 'METS names no text of its pages, and no page files lie beside it.')
}

function several(what: 'folders' | 'files', names: readonly string[]): SlipError {
  const place = { [what]: names.slice(0, 5).join(', ') }
  return new SlipError('METS_NO_TEXT', `Text lies in several ${what} beside the METS: ${place[what]}.`, { place })
}

const ownName = (metsName: string): string => metsName.replace(/(?:[._-]?mets)?\.xml$/i, '')

/** `ID.hocr`, `ID.hocr.html`, `ID_alto.xml`, of a METS file `ID.mets.xml`; every hOCR file of a METS file that has no name. */
function isCalledAfter(file: string, metsName: string): boolean {
  const own = ownName(metsName)
  const isText = /^(?:[._-](?:alto|hocr|ocr|fulltext))?\.(?:x?html?|hocr)$|^[._-](?:alto|hocr|ocr|fulltext)\.xml$/i
  return own === '' ? /\.(?:x?html?|hocr)$/i.test(file) : file.startsWith(own) && isText.test(file.slice(own.length))
}

/** The text files of each folder beside the METS, '' for its own, by their name without extension. */
function foldersOf(files: readonly string[], metsName: string): Map<string, Map<string, string>> {
  const folders = new Map<string, Map<string, string>>()
  // files are listed in any order
  for (const file of files.toSorted((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1))) {
    const slash = file.indexOf('/')
    if (file === metsName || !isTextName(file) || file.includes('/', slash + 1)) continue
    const folder = slash < 0 ? '' : file.slice(0, slash)
    const names = folders.get(folder) ?? new Map<string, string>()
    folders.set(folder, names)
    const name = file.slice(slash + 1).replace(/\.[^.]*$/, '')
    if (!names.has(name)) names.set(name, file)
  }
  return folders
}

/** The lower, the better, of files of one page. */
export const rankOf = (file: string): number => byExtension.indexOf(file.slice(file.lastIndexOf('.') + 1).toLowerCase())

/** Folders of text in groups of the same rank, best first; others are left out. */
export function bestFirst(folders: readonly string[], metsName: string): string[][] {
  const own = ownName(metsName)
  const groups: string[][] = []
  for (const kind of kinds) {
    const of = folders.filter((folder) => kind.test(folder))
    const isOfThis = (folder: string) => folder.startsWith(`${own}_`) || folder.startsWith(`${own}-`)
    groups.push(
      of.filter(isOfThis),
      of.filter((folder) => !isOfThis(folder)),
    )
  }
  return [...groups, folders.filter((folder) => folder === '')].filter((group) => group.length > 0)
}

function fileOf({ images }: MetsPage, names: ReadonlyMap<string, string>): string | null {
  for (const image of images) {
    const file = names.get(image)
    if (file !== undefined) return file
  }
  return null
}
