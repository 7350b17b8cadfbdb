import { SlipError } from '../../errors/slip-error.ts'
import { type MetsPage, placeOf } from './page-list.ts'
import { bestFirst, isTextName, rankOf } from './text-beside.ts'

/** True of a page whose text METS names and does not say where in the item it is: a bare name, or a URL. */
export const isLoose = ({ file, format }: MetsPage): boolean => file !== null && format === null && !file.includes('/')

/**
 * The pages of a METS file that names their text, each with the path that this has among the files of the item. A name that is
 * not beside the METS may be in the folder that is called as its group: METS of OCR workflows names it so. Of a URL
 * the files were kept without it: in the folder that is called as the group, else beside the METS, else in the best of the other folders,
 * called as the URL ends, with an extension where it has none, else as the ID of the file in METS, as OCR-D keeps what it loads. `files` are paths below the folder of the METS. What is not there
 * keeps its name. Throws METS_BAD_REFERENCE where nothing was kept, where two files are equally good, and where two pages have the same.
 */
export function localText(pages: readonly MetsPage[], metsName: string, files: readonly string[]): MetsPage[] {
  const there = new Set(files)
  const kept = new KeptFiles(files, metsName, namesOfSeveral(pages))
  const found = pages.map((page) => {
    if (!isLoose(page)) return page
    const inside = `${page.group}/${page.file}`
    if (page.url === null) return !there.has(page.file!) && there.has(inside) ? { ...page, file: inside } : page
    return { ...page, file: kept.find(page) ?? page.file }
  })
  assertKept(found, there)
  assertApart(found)
  return found
}

/** True where files of the item are, or may be, the text of some of these pages. */
export function isKept(pages: readonly MetsPage[], metsName: string, files: readonly string[]): boolean {
  const there = new Set(files)
  const kept = new KeptFiles(files, metsName, namesOfSeveral(pages))
  return pages.some((page) => {
    const { file, url, group } = page
    return file !== null && (url === null ? there.has(file) || there.has(`${group}/${file}`) : kept.has(page))
  })
}

/** What several URLs end in: which of them a file of that name was kept of is not told. */
function namesOfSeveral(pages: readonly MetsPage[]): Set<string> {
  const urls = new Map<string, string>()
  const several = pages.filter(({ url, file }) => {
    if (url === null || file === null) return false
    const other = urls.get(file)
    urls.set(file, url)
    return other !== undefined && other !== url
  })
  return new Set(several.map(({ file }) => file!))
}

/** What was kept of files at URLs, by name. */
class KeptFiles {
  readonly #metsName: string
  /** Files in the folder of the METS and in those in it, of the formats that text has. */
  readonly #byName: ReadonlyMap<string, readonly string[]>
  readonly #byBareName: ReadonlyMap<string, readonly string[]>

  readonly #namesOfSeveral: ReadonlySet<string>

  constructor(files: readonly string[], metsName: string, namesOfSeveral: ReadonlySet<string>) {
    this.#metsName = metsName
    this.#namesOfSeveral = namesOfSeveral
    const texts = files.filter((file) => file !== metsName && isTextName(file) && file.split('/').length <= 2)
    this.#byName = Map.groupBy(texts, nameOf)
    this.#byBareName = Map.groupBy(texts, (file) => nameOf(file).replace(/\.[^.]*$/, ''))
  }

  find(page: MetsPage): string | null {
    return this.#bestOf(this.#filesOf(page), page)
  }

  has(page: MetsPage): boolean {
    return this.#filesOf(page).length > 0
  }

  #filesOf(page: MetsPage): readonly string[] {
    const name = page.file!
    const byId = this.#byBareName.get(page.fileId ?? '')
    if (this.#namesOfSeveral.has(name)) return byId ?? []
    const byUrl = this.#byName.get(name) ?? (isTextName(name) ? undefined : this.#byBareName.get(name))
    return byUrl ?? byId ?? []
  }

  #bestOf(files: readonly string[], page: MetsPage): string | null {
    const byFolder = Map.groupBy(files, folderOf)
    const folder = [page.group ?? '', ''].find((each) => byFolder.has(each)) ?? this.#bestFolder([...byFolder.keys()])
    if (folder === null) throw ambiguous(page, files)
    return byFolder.get(folder)?.toSorted((a, b) => rankOf(a) - rankOf(b))[0] ?? null
  }

  /** '' of none; null where several are equally good. */
  #bestFolder(folders: readonly string[]): string | null {
    const [best = []] = folders.length > 1 ? bestFirst(folders, this.#metsName) : [folders]
    if (folders.length === 0) return ''
    return best.length === 1 ? best[0]! : null
  }
}

function ambiguous({ order, url }: MetsPage, files: readonly string[]): SlipError {
  const shown = files.slice(0, 5).join(', ')
  const message = `Several files may be the text of page ${order} at ${url?.slice(0, 200)}: ${shown}.`
  return new SlipError('METS_BAD_REFERENCE', message, { place: { order, files: shown } })
}

const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1)
const folderOf = (file: string): string => file.slice(0, Math.max(file.lastIndexOf('/'), 0))

/** Text that is nowhere but at URLs is outside the item. */
function assertKept(pages: readonly MetsPage[], there: ReadonlySet<string>): void {
  const [first, ...others] = pages.filter(({ url }) => url !== null)
  if (first === undefined || [first, ...others].some(({ file }) => there.has(file!))) return
  const { order, url } = first
  const message = `Page ${order} points to "${url?.slice(0, 100)}"; neither its file nor that of another page lies in the item.`
  throw new SlipError('METS_BAD_REFERENCE', message, { place: { order } })
}

/** Texts at two places are different texts: a page that has the file of another has not its own. */
function assertApart(pages: readonly MetsPage[]): void {
  const holders = new Map<string, MetsPage>()
  for (const page of pages) {
    const { file, order } = page
    if (file === null) continue
    const other = holders.get(file)
    holders.set(file, page)
    if (other === undefined || placeOf(other) === placeOf(page)) continue
    const message = `Pages ${other.order} and ${order} have texts at two places, which may both be ${file}.`
    throw new SlipError('METS_BAD_REFERENCE', message, { place: { order, file } })
  }
}
