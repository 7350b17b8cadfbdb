import { SlipError } from '../errors/slip-error.ts'
import { assertRoot, asUnavailable, isAbsent } from './availability.ts'
import { closeFile, type OpenFile, openFile, readAt } from './open-file.ts'
import type { PairtreeName } from './pairtree-name.ts'
import type { VolumeSource } from './repository.ts'
import { visitZipDirectory, type ZipEntry } from './zip-directory.ts'
import { readZipTexts } from './zip-text.ts'

/** The largest METS file read, in bytes. A volume of 3,000 pages has 4 MB. */
export const metsLimit = 64 * 2 ** 20

/**
 * Opens the METS file and the zip of an item and reads the METS. The zip may be missing until pages are read.
 * Throws METS_MISSING, METS_UNREADABLE, METS_TOO_LARGE, ZIP_UNREADABLE and REPOSITORY_UNAVAILABLE.
 */
export async function openPairtreeVolume(root: string, name: PairtreeName): Promise<VolumeSource> {
  const base = `${root}/${name.folder}/${name.object}`
  // Together: on a network mount every step of opening a file is a round trip.
  const [metsFile, zipFile] = await Promise.allSettled([
    readMets(root, `${base}.mets.xml`),
    openZip(root, `${base}.zip`),
  ])
  if (metsFile.status === 'rejected' || zipFile.status === 'rejected') {
    if (zipFile.status === 'fulfilled' && zipFile.value !== null) closeFile(zipFile.value)
    throw metsFile.status === 'rejected' ? metsFile.reason : (zipFile as PromiseRejectedResult).reason
  }
  const zip = zipFile.value
  let isOpen = zip !== null
  const opened = () => {
    if (zip === null) throw new SlipError('ZIP_MISSING', 'The item has no zip.', { place: { zip: `${base}.zip` } })
    return zip
  }
  return {
    mets: metsFile.value.mets,
    place: { ...metsFile.value.place, ...(zip === null ? {} : { zipBytes: zip.size, zipTime: zip.modified }) },
    async readPages(names) {
      if (names.length === 0) return []
      const file = opened()
      const found = await findPages(file, name.object, names)
      const absent = new Set(names.filter((page) => !found.has(page))).size
      const total = new Set(names).size
      return readZipTexts(
        file,
        names.map((page) => found.get(page) ?? missing(file, page, absent, total)),
      )
    },
    async readPagesThere(names) {
      if (names.length === 0) return []
      const file = opened()
      const found = await findPages(file, name.object, names)
      const texts = readZipTexts(file, [...found.values()])
      const byPage = new Map([...found.keys()].map((page, index) => [page, texts[index] as Buffer]))
      return names.map((page) => byPage.get(page) ?? null)
    },
    async close() {
      // Closed twice, a descriptor may be another file's.
      if (zip !== null && isOpen) closeFile(zip)
      isOpen = false
    },
  }
}

async function readMets(root: string, path: string): Promise<Pick<VolumeSource, 'mets' | 'place'>> {
  const file = await openIn(root, path)
  if (file === null) throw new SlipError('METS_MISSING', 'The item has no METS file.', { place: { mets: path } })
  if (file === 'not a file')
    throw new SlipError('METS_UNREADABLE', 'The METS is not a file.', { place: { mets: path } })
  try {
    if (file.size > metsLimit) {
      const place = { mets: path, bytes: file.size, limit: metsLimit }
      throw new SlipError('METS_TOO_LARGE', `The METS file has ${file.size} bytes.`, { place })
    }
    const mets = readAt(file, 0, file.size)
    return { mets, place: { mets: path, metsBytes: file.size, metsTime: file.modified } }
  } catch (error) {
    throw asUnavailable(error, path)
  } finally {
    closeFile(file)
  }
}

async function openZip(root: string, path: string): Promise<OpenFile | null> {
  const file = await openIn(root, path)
  if (file === 'not a file') throw new SlipError('ZIP_UNREADABLE', 'The zip is not a file.', { place: { zip: path } })
  return file
}

/** Null only when the file is not there though the root is. */
async function openIn(root: string, path: string): Promise<OpenFile | 'not a file' | null> {
  try {
    return (await openFile(path)) ?? 'not a file'
  } catch (error) {
    if (!isAbsent(error)) throw asUnavailable(error, path)
    await assertRoot(root)
    return null
  }
}

/**
 * Finds page files by base name in the folders where packagers put them: none, the object's, TEXT in either.
 * Throws ZIP_DUPLICATE_NAME when a page is there twice.
 */
async function findPages(zip: OpenFile, object: string, names: readonly string[]): Promise<Map<string, ZipEntry>> {
  const folders = new Set(['', `${object}/`, 'TEXT/', `${object}/TEXT/`])
  const wanted = new Set(names)
  const found = new Map<string, ZipEntry>()
  await visitZipDirectory(zip, (entry) => {
    const slash = entry.path.lastIndexOf('/') + 1
    const page = entry.path.slice(slash)
    if (!wanted.has(page) || !folders.has(entry.path.slice(0, slash))) return
    const other = found.get(page)
    if (other !== undefined) {
      const message = `The zip holds page file ${page} twice, as ${other.path} and ${entry.path}.`
      throw new SlipError('ZIP_DUPLICATE_NAME', message, { place: { zip: zip.path, page } })
    }
    found.set(page, entry)
  })
  return found
}

function missing(zip: OpenFile, page: string, count: number, expected: number): never {
  const message = `${count} of ${expected} page files are not in the zip; the first is ${page}.`
  throw new SlipError('PAGE_MISSING', message, { place: { zip: zip.path, page, missing: count, expected } })
}
