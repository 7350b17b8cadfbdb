import { hash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { assertRoot, asUnavailable, isAbsent } from './availability.ts'

/** What tells of a file that it was written again. */
export interface FileState {
  readonly size: number
  /** Modification time, ISO 8601 UTC. */
  readonly modified: string
}

/** Eight characters, 48 bits: enough to see that one thing changed. */
export const shortDigest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 8)

const digestOf = (file: FileState | null) => (file === null ? '' : shortDigest(stateText(file)))
export const stateText = ({ size, modified }: FileState): string => `${size} ${modified}`

/** The fingerprint of an item of which there are a METS file and a zip, or one of them. */
export const fingerprintOf = (mets: FileState | null, zip: FileState | null): string =>
  `${digestOf(mets)}.${digestOf(zip)}`

/** The fingerprint of the files, of a text that begins with it and goes on with more parts. */
export const filesPart = (text: string): string => text.split('.', 2).join('.')

/** The fingerprint of the files of an item below the root; null when neither is there. Throws REPOSITORY_UNAVAILABLE. */
export async function fingerprintAt(root: string, mets: string | null, zip: string): Promise<string | null> {
  // together: on a network mount each is a round trip
  const [ofMets, ofZip] = await Promise.all([mets === null ? null : stateAt(mets), stateAt(zip)])
  if (ofMets !== null || ofZip !== null) return fingerprintOf(ofMets, ofZip)
  await assertRoot(root)
  return null
}

/** Null when there is nothing of that name. Throws REPOSITORY_UNAVAILABLE. */
export async function stateAt(path: string): Promise<FileState | null> {
  try {
    const { size, mtime } = await stat(path)
    return { size, modified: mtime.toISOString() }
  } catch (error) {
    if (isAbsent(error)) return null
    throw asUnavailable(error, path)
  }
}
