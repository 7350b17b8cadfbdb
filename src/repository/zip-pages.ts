import { SlipError } from '../errors/slip-error.ts'
import type { OpenFile } from './open-file.ts'
import type { Reading } from './repository.ts'
import { visitZipDirectory, type ZipEntry } from './zip-directory.ts'
import { readZipTexts } from './zip-text.ts'

/** A zip with page files, and the folders in it, '' or ended by `/`, in which they are looked for. */
export interface PageZip {
  readonly file: OpenFile
  readonly folders: readonly string[]
}

/** The pages of those names, each of which must be there. Throws PAGE_MISSING and the ZIP_ codes. */
export async function zipPages({ file, folders }: PageZip, names: readonly string[], reading: Reading) {
  const found = findPages(file, folders, names)
  const absent = new Set(names.filter((page) => !found.has(page))).size
  const total = new Set(names).size
  const entries = names.map((page) => found.get(page) ?? missing(file, page, absent, total))
  await reading.admit?.(sizeOf(entries))
  return readZipTexts(file, entries, keptBy(found, reading))
}

/** The pages of those names; null for one that is not there. */
export async function zipPagesThere({ file, folders }: PageZip, names: readonly string[], reading: Reading) {
  const found = findPages(file, folders, names)
  await reading.admit?.(sizeOf([...found.values()]))
  const texts = readZipTexts(file, [...found.values()], keptBy(found, reading))
  const byPage = new Map([...found.keys()].map((page, index) => [page, texts[index] as Buffer]))
  return names.map((page) => byPage.get(page) ?? null)
}

/** The files of a zip below a folder of it, as paths below that folder. */
export function zipList(file: OpenFile, folder: string): string[] {
  const paths: string[] = []
  visitZipDirectory(file, ({ path }) => {
    if (path.startsWith(folder)) paths.push(path.slice(folder.length))
  })
  return paths
}

const sizeOf = (entries: readonly ZipEntry[]): number => entries.reduce((sum, { size }) => sum + size, 0)

function keptBy(found: ReadonlyMap<string, ZipEntry>, { keep }: Reading) {
  if (keep === undefined) return undefined
  const names = new Map([...found].map(([name, entry]) => [entry, name]))
  return (bytes: Buffer, entry: ZipEntry) => keep(bytes, names.get(entry)!)
}

/** Finds page files by name, in the folders given. Throws ZIP_DUPLICATE_NAME when a page is there twice. */
function findPages(zip: OpenFile, folders: readonly string[], names: readonly string[]): Map<string, ZipEntry> {
  const wanted = new Set(names)
  // Of 1,000 entries most are images: looked up by base name before anything else.
  const baseNames = new Set(names.map((name) => name.slice(name.lastIndexOf('/') + 1)))
  const found = new Map<string, ZipEntry>()
  const isWanted = (path: string) => baseNames.has(path.slice(path.lastIndexOf('/') + 1))
  const visit = (entry: ZipEntry) => {
    const { path } = entry
    const page = nameIn(folders, path, wanted)
    if (page === null) return
    const other = found.get(page)
    if (other !== undefined) {
      const message = `The zip holds page file ${page} twice, as ${other.path} and ${path}.`
      throw new SlipError('ZIP_DUPLICATE_NAME', message, { place: { zip: zip.path, page } })
    }
    found.set(page, entry)
  }
  visitZipDirectory(zip, visit, isWanted)
  return found
}

function nameIn(folders: readonly string[], path: string, wanted: ReadonlySet<string>): string | null {
  for (const folder of folders) {
    const name = path.startsWith(folder) ? path.slice(folder.length) : ''
    if (wanted.has(name)) return name
  }
  return null
}

function missing(zip: OpenFile, page: string, count: number, expected: number): never {
  const message = `${count} of ${expected} page files are not in the zip; the first is ${page}.`
  throw new SlipError('PAGE_MISSING', message, { place: { zip: zip.path, page, missing: count, expected } })
}
