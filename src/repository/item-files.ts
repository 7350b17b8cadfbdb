import { SlipError } from '../errors/slip-error.ts'
import { assertRoot, asUnavailable, isAbsent } from './availability.ts'
import type { FileState } from './fingerprint.ts'
import { closeFile, type OpenFile, openFile, readAt } from './open-file.ts'
import type { VolumeSource } from './repository.ts'

/** The largest METS file read, in bytes. A volume of 3,000 pages has 4 MB. */
export const metsLimit = 64 * 2 ** 20

/** A METS file that was read. */
export interface MetsFile extends Pick<VolumeSource, 'mets' | 'place'> {
  readonly file: FileState
}

/** Throws METS_MISSING, METS_UNREADABLE, METS_TOO_LARGE and REPOSITORY_UNAVAILABLE. */
export async function readMetsFile(root: string, path: string): Promise<MetsFile> {
  const file = await openIn(root, path)
  if (file === null) throw new SlipError('METS_MISSING', 'The item has no METS file.', { place: { mets: path } })
  if (file === 'not a file')
    throw new SlipError('METS_UNREADABLE', 'The METS is not a file.', { place: { mets: path } })
  try {
    if (file.size > metsLimit) throw metsTooLarge(path, file.size)
    const mets = readAt(file, 0, file.size)
    return { mets, file, place: { mets: path, metsBytes: file.size, metsTime: file.modified } }
  } catch (error) {
    throw asUnavailable(error, path)
  } finally {
    closeFile(file)
  }
}

export function metsTooLarge(path: string, bytes: number): SlipError {
  const place = { mets: path, bytes, limit: metsLimit }
  return new SlipError('METS_TOO_LARGE', `The METS file has ${bytes} bytes.`, { place })
}

/** Null when there is no such file though the root is there. Throws ZIP_UNREADABLE and REPOSITORY_UNAVAILABLE. */
export async function openZip(root: string, path: string): Promise<OpenFile | null> {
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
