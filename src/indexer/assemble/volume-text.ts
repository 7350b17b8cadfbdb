import type { VolumeSource } from '../../repository/repository.ts'
import type { PageText } from '../../shards/engine.ts'
import { type HathiTrustMets, readHathiTrustMets } from '../mets/hathitrust.ts'
import { ByteSink } from '../text/byte-sink.ts'
import { type TextOptions, writePages } from '../text/pages.ts'

export interface VolumeText {
  readonly mets: HathiTrustMets
  /** The bytes of each page file METS names; null for one that is not there, where gaps are waived. */
  readonly read: readonly (Buffer | null)[]
  /** The bytes of every page in METS order; none for a page that has images only, or whose file is not there. */
  readonly texts: readonly Buffer[]
}

/** Reads METS file and pages of an item. Throws the METS_, ZIP_ and PAGE_ codes, VOLUME_TOO_LARGE, REPOSITORY_UNAVAILABLE. */
export async function readVolume(volume: VolumeSource, gapsWaived: boolean): Promise<VolumeText> {
  const mets = readHathiTrustMets(volume.mets)
  const files = mets.pages.flatMap((page) => page.file ?? [])
  const read = await (gapsWaived ? volume.readPagesThere(files) : volume.readPages(files))
  const none = Buffer.alloc(0)
  let next = 0
  const texts = mets.pages.map((page) => (page.file === null ? none : (read[next++] ?? none)))
  return { mets, read, texts }
}

/** The pages of an item that have text, as they are indexed. Throws as readVolume; a page that is not there is empty. */
export async function pageTexts(volume: VolumeSource, options: TextOptions): Promise<PageText[]> {
  const { mets, texts } = await readVolume(volume, true)
  const sink = new ByteSink(texts.reduce((sum, text) => sum + text.length + 8, 0))
  const { pages } = writePages(texts, sink, options)
  return mets.pages.flatMap(({ order, label }, index) => {
    const { offset, length } = pages[index]!
    const text = () => JSON.parse(`"${sink.bytes.toString('utf8', offset, offset + length)}"`) as string
    return length === 0 ? [] : [{ order, label, text: text() }]
  })
}
