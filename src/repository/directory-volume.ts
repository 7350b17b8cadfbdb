import { constants } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { SlipError } from '../errors/slip-error.ts'
import { assertRoot, asUnavailable, isAbsent } from './availability.ts'
import { folderFingerprint } from './folder-fingerprint.ts'
import { entriesIn } from './folders.ts'
import { readMetsFile } from './item-files.ts'
import { metsNameAmong } from './mets-name.ts'
import { closeFile, openFile, readAt } from './open-file.ts'
import type { Reading, VolumeSource } from './repository.ts'
import { zipLimits } from './zip-text.ts'

// Enough to keep a network mount busy, and few enough to leave threads to others.
const atATime = 8

/**
 * Opens the item in a folder: its METS file, and page files below. Links are not followed, neither to files nor to
 * folders: nothing outside the folder is read. Throws METS_MISSING, METS_UNREADABLE, METS_TOO_LARGE and
 * REPOSITORY_UNAVAILABLE.
 */
export async function openDirectoryVolume(root: string, folder: string, object: string): Promise<VolumeSource> {
  const names = await filesIn(folder)
  const metsName = metsNameAmong(names, object)
  if (metsName !== null) return openFolder(root, folder, metsName)
  await assertRoot(root)
  throw new SlipError('METS_MISSING', 'The item has no METS file.', { place: { folder } })
}

/** The same of a folder whose METS file is known. */
export async function openFolder(root: string, folder: string, metsName: string): Promise<VolumeSource> {
  const { mets, file, place } = await readMetsFile(root, `${folder}/${metsName}`)
  return {
    mets,
    metsName,
    place,
    fingerprint: () => folderFingerprint(folder, metsName, file),
    list: async () => (await listFiles(folder)).filter((file) => file !== metsName),
    async readPages(pages, reading = {}) {
      const read = await readFiles(folder, pages, reading, true)
      return read as Buffer[]
    },
    readPagesThere: (pages, reading = {}) => readFiles(folder, pages, reading, false),
    close: async () => {},
  }
}

async function readFiles(
  folder: string,
  names: readonly string[],
  { admit, keep }: Reading,
  mustBeThere: boolean,
): Promise<(Buffer | null)[]> {
  const sizes = await sizesOf(folder, names)
  const absent = [...new Set(names)].filter((name) => sizes.get(name) === undefined)
  if (mustBeThere && absent.length > 0) {
    const place = { folder, page: absent[0]!, missing: absent.length, expected: new Set(names).size }
    const message = `${place.missing} of ${place.expected} page files are not in the folder; the first is ${place.page}.`
    throw new SlipError('PAGE_MISSING', message, { place })
  }
  await admit?.([...sizes.values()].reduce((sum, size) => sum + size, 0))
  let kept = 0
  const read: (Buffer | null)[] = []
  for (const name of names) {
    const bytes = sizes.has(name) ? await readPage(`${folder}/${name}`, name) : null
    if (bytes === null && mustBeThere) {
      throw new SlipError('PAGE_MISSING', `Page file ${name} is gone.`, { place: { folder, page: name } })
    }
    const text = bytes === null || keep === undefined ? bytes : keep(bytes, name)
    kept += text?.length ?? 0
    if (kept > zipLimits.item) {
      const place = { folder, bytes: kept, limit: zipLimits.item }
      throw new SlipError('VOLUME_TOO_LARGE', `The pages of the item have more than ${kept} bytes of text.`, { place })
    }
    read.push(text)
  }
  return read
}

/** The bytes of each page file that is there, by its name. */
async function sizesOf(folder: string, names: readonly string[]): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  const distinct = [...new Set(names)]
  const folders = new Map<string, Promise<boolean>>()
  const isFolder = (path: string): Promise<boolean> => {
    const known = folders.get(path) ?? stateOf(`${folder}/${path}`).then((state) => state?.isDirectory() ?? false)
    folders.set(path, known)
    return known
  }
  for (let from = 0; from < distinct.length; from += atATime) {
    const some = distinct.slice(from, from + atATime)
    await Promise.all(
      some.map(async (name) => {
        const above = name.split('/').slice(0, -1)
        for (let depth = 1; depth <= above.length; depth++) {
          if (!(await isFolder(above.slice(0, depth).join('/')))) return
        }
        const state = await stateOf(`${folder}/${name}`)
        if (!state?.isFile()) return
        if (state.size > zipLimits.page) throw tooLarge(`${folder}/${name}`, state.size)
        sizes.set(name, state.size)
      }),
    )
  }
  return sizes
}

async function stateOf(path: string) {
  try {
    return await lstat(path)
  } catch (error) {
    if (isAbsent(error)) return null
    throw asUnavailable(error, path)
  }
}

async function readPage(path: string, name: string): Promise<Buffer | null> {
  try {
    const file = await openFile(path, constants.O_NOFOLLOW)
    if (file === null) return null
    try {
      if (file.size > zipLimits.page) throw tooLarge(name, file.size)
      return readAt(file, 0, file.size)
    } finally {
      closeFile(file)
    }
  } catch (error) {
    if (isAbsent(error)) return null
    throw asUnavailable(error, path)
  }
}

function tooLarge(page: string, bytes: number): SlipError {
  const place = { page, bytes, limit: zipLimits.page }
  return new SlipError('PAGE_TOO_LARGE', `Page file ${page} has ${bytes} bytes.`, { place })
}

/** The files of the folder and of those in it. */
async function listFiles(folder: string): Promise<string[]> {
  const files: string[] = []
  for await (const entry of entriesIn(folder)) {
    if (entry.isFile()) files.push(entry.name)
    if (!entry.isDirectory()) continue
    const inside = await filesIn(`${folder}/${entry.name}`)
    for (const name of inside) files.push(`${entry.name}/${name}`)
  }
  return files
}

/** The names of the files in a folder; none when it is not there. */
export async function filesIn(folder: string): Promise<string[]> {
  const names: string[] = []
  for await (const entry of entriesIn(folder)) if (entry.isFile()) names.push(entry.name)
  return names
}
