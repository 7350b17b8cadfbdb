import { SlipError } from '../../errors/slip-error.ts'
import type { Dialect, PageSource } from './dialect.ts'
import { docWorks } from './dialects/docworks.ts'
import { hathiTrust } from './dialects/hathitrust.ts'
import { hathiTrustAudio } from './dialects/hathitrust-audio.ts'
import { hathiTrustEpub } from './dialects/hathitrust-epub.ts'
import { hathiTrustStructured } from './dialects/hathitrust-structured.ts'
import { kitodo } from './dialects/kitodo.ts'
import { ndnp } from './dialects/ndnp.ts'
import { ocrD } from './dialects/ocr-d.ts'
import { unionOfFeatures } from './features.ts'
import { readMetsFile } from './mets-file.ts'
import { type ReadingOrder, readingOrderOf } from './reading-order.ts'

/** What an item's METS file says. */
export interface Mets extends ReadingOrder, PageSource {
  readonly objid: string | null
  /** PROFILE as written; null where there is none. */
  readonly profile: string | null
  readonly dialect: string
  /** Every page feature once. */
  readonly features: readonly string[]
}

/** The first that matches reads the file; the last takes every METS file without a PROFILE, and with one of its own where it has such pages. */
const dialects: readonly Dialect[] = [
  ndnp,
  hathiTrust,
  hathiTrustEpub,
  hathiTrustStructured,
  hathiTrustAudio,
  ocrD,
  docWorks,
  kitodo,
]

/**
 * Reads the METS file of an item, of any dialect known. Throws METS_UNREADABLE (with the line), METS_UNSUPPORTED,
 * METS_NO_PAGES, METS_PAGE_ORDER and METS_BAD_REFERENCE.
 */
export function readMets(bytes: Buffer): Mets {
  const file = readMetsFile(bytes)
  const { objid, profile, gbs } = file
  const dialect = dialects.find((each) => each.matches(file))
  if (dialect === undefined) {
    const place = { profile: (profile ?? '').slice(0, 200) }
    throw new SlipError('METS_UNSUPPORTED', `METS profile ${place.profile} is none that is read.`, { place })
  }
  const source = dialect.read(file)
  const features = unionOfFeatures(source.pages)
  return { objid, profile, dialect: dialect.name, ...source, features, ...readingOrderOf(gbs, source.pages) }
}
