import { SlipError } from '../errors/slip-error.ts'
import { fingerprintOf } from './fingerprint.ts'
import { metsLimit, metsTooLarge, openZip } from './item-files.ts'
import { metsNameAmong } from './mets-name.ts'
import { closeFile, type OpenFile } from './open-file.ts'
import type { VolumeSource } from './repository.ts'
import { visitZipDirectory, type ZipEntry } from './zip-directory.ts'
import { zipList, zipPages, zipPagesThere } from './zip-pages.ts'
import { readZipTexts } from './zip-text.ts'

/**
 * Opens an item that is one zip, METS file and pages together, in no folder or in one. Throws ZIP_MISSING,
 * ZIP_UNREADABLE, METS_MISSING, METS_TOO_LARGE, ZIP_DUPLICATE_NAME and REPOSITORY_UNAVAILABLE.
 */
export async function openZipVolume(root: string, path: string, object: string): Promise<VolumeSource> {
  const file = await openZip(root, path)
  if (file === null) throw new SlipError('ZIP_MISSING', 'The item has no zip.', { place: { zip: path } })
  try {
    return volumeIn(file, object)
  } catch (error) {
    closeFile(file)
    throw error
  }
}

function volumeIn(file: OpenFile, object: string): VolumeSource {
  const { entry, folder, metsName } = findMets(file, object)
  if (entry.size > metsLimit) throw metsTooLarge(`${file.path}/${entry.path}`, entry.size)
  const [mets] = readZipTexts(file, [entry])
  const zip = { file, folders: [folder] }
  let isOpen = true
  return {
    mets: mets!,
    metsName,
    place: { zip: file.path, mets: entry.path, metsBytes: entry.size, zipBytes: file.size, zipTime: file.modified },
    fingerprint: async () => fingerprintOf(null, file),
    list: async () => zipList(file, folder).filter((name) => name !== metsName),
    readPages: async (names, reading = {}) => (names.length === 0 ? [] : zipPages(zip, names, reading)),
    readPagesThere: async (names, reading = {}) => (names.length === 0 ? [] : zipPagesThere(zip, names, reading)),
    async close() {
      // Closed twice, a descriptor may be another file's.
      if (isOpen) closeFile(file)
      isOpen = false
    },
  }
}

/** The METS file of a zip: in no folder, else in a folder of the first level, of which only one may have one. */
function findMets(file: OpenFile, object: string) {
  const entries = new Map<string, ZipEntry[]>()
  visitZipDirectory(file, (entry) => {
    const [first, second, third] = entry.path.split('/', 3)
    const folder = second === undefined ? '' : `${first}/`
    if (third !== undefined || !entry.path.toLowerCase().endsWith('.xml')) return
    const inside = entries.get(folder) ?? []
    entries.set(folder, inside)
    inside.push(entry)
  })
  const found = [...entries].flatMap(([folder, inside]) => {
    const names = inside.map(({ path }) => path.slice(folder.length))
    const metsName = metsNameAmong(names, object)
    return metsName === null ? [] : [{ folder, metsName, all: inside.filter((_, index) => names[index] === metsName) }]
  })
  const [best, other] = found.some(({ folder }) => folder === '') ? found.filter(({ folder }) => folder === '') : found
  const place = { zip: file.path }
  if (best === undefined) throw new SlipError('METS_MISSING', 'The zip holds no METS file.', { place })
  if (other !== undefined)
    throw new SlipError('METS_MISSING', 'The zip holds a METS file in several folders.', { place })
  if (best.all.length > 1) {
    throw new SlipError('ZIP_DUPLICATE_NAME', `The zip holds ${best.all[0]!.path} twice.`, { place })
  }
  return { entry: best.all[0]!, folder: best.folder, metsName: best.metsName }
}
