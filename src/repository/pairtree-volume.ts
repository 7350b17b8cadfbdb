import { SlipError } from '../errors/slip-error.ts'
import { fingerprintOf } from './fingerprint.ts'
import { openZip, readMetsFile } from './item-files.ts'
import { closeFile } from './open-file.ts'
import type { PairtreeName } from './pairtree-name.ts'
import type { VolumeSource } from './repository.ts'
import { zipList, zipPages, zipPagesThere } from './zip-pages.ts'

/**
 * Opens the METS file and the zip of an item and reads the METS. The zip may be missing until pages are read.
 * Throws METS_MISSING, METS_UNREADABLE, METS_TOO_LARGE, ZIP_UNREADABLE and REPOSITORY_UNAVAILABLE.
 */
export async function openPairtreeVolume(root: string, name: PairtreeName): Promise<VolumeSource> {
  const { folder, object } = name
  const base = `${root}/${folder}/${object}`
  // Together: on a network mount every step of opening a file is a round trip.
  const [metsFile, zipFile] = await Promise.allSettled([
    readMetsFile(root, `${base}.mets.xml`),
    openZip(root, `${base}.zip`),
  ])
  if (metsFile.status === 'rejected' || zipFile.status === 'rejected') {
    if (zipFile.status === 'fulfilled' && zipFile.value !== null) closeFile(zipFile.value)
    throw metsFile.status === 'rejected' ? metsFile.reason : (zipFile as PromiseRejectedResult).reason
  }
  const zip = zipFile.value
  let isOpen = zip !== null
  // Where packagers put page files: in no folder, in that of the object, in TEXT in either.
  const opened = () => {
    if (zip === null) throw new SlipError('ZIP_MISSING', 'The item has no zip.', { place: { zip: `${base}.zip` } })
    return { file: zip, folders: ['', `${object}/`, 'TEXT/', `${object}/TEXT/`] }
  }
  return {
    mets: metsFile.value.mets,
    metsName: `${object}.mets.xml`,
    place: { ...metsFile.value.place, ...(zip === null ? {} : { zipBytes: zip.size, zipTime: zip.modified }) },
    fingerprint: async () => fingerprintOf(metsFile.value.file, zip),
    async list() {
      if (zip === null) return []
      const inside = zipList(zip, '')
      return inside.map((path) => (path.startsWith(`${object}/`) ? path.slice(object.length + 1) : path))
    },
    readPages: async (names, reading = {}) => (names.length === 0 ? [] : zipPages(opened(), names, reading)),
    readPagesThere: async (names, reading = {}) => (names.length === 0 ? [] : zipPagesThere(opened(), names, reading)),
    async close() {
      // Closed twice, a descriptor may be another file's.
      if (zip !== null && isOpen) closeFile(zip)
      isOpen = false
    },
  }
}
