import { lstat } from 'node:fs/promises'
import { asUnavailable, isAbsent } from './availability.ts'
import { type FileState, shortDigest, stateText } from './fingerprint.ts'
import { entriesIn } from './folders.ts'

// as many as pages are looked at a time
const atATime = 8

/**
 * The fingerprint of an item in a folder: its METS file, and all other files at any depth, for a page that is written in
 * place changes nothing but itself. Throws REPOSITORY_UNAVAILABLE.
 */
export async function folderFingerprint(folder: string, metsName: string, mets: FileState): Promise<string> {
  const pages: string[] = []
  const paths = (await filesBelow(folder, '')).filter((path) => path !== metsName).sort()
  for (let from = 0; from < paths.length; from += atATime) {
    const some = paths.slice(from, from + atATime)
    pages.push(...(await Promise.all(some.map((path) => lineOf(folder, path)))))
  }
  return `${shortDigest(stateText(mets))}.${pages.length === 0 ? '' : shortDigest(pages.join('\n'))}`
}

/** The files below a folder, as paths in it. Links are not followed, as they are not when pages are read. */
async function filesBelow(folder: string, within: string): Promise<string[]> {
  const files: string[] = []
  for await (const entry of entriesIn(`${folder}/${within}`)) {
    if (entry.isFile()) files.push(`${within}${entry.name}`)
    if (entry.isDirectory()) files.push(...(await filesBelow(folder, `${within}${entry.name}/`)))
  }
  return files
}

async function lineOf(folder: string, path: string): Promise<string> {
  try {
    const { size, mtime } = await lstat(`${folder}/${path}`)
    return `${path} ${stateText({ size, modified: mtime.toISOString() })}`
  } catch (error) {
    if (isAbsent(error)) return `${path} gone`
    throw asUnavailable(error, path)
  }
}
