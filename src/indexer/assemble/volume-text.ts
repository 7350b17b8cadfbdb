import { SlipError } from '../../errors/slip-error.ts'
import type { Admit, Reading, VolumeSource } from '../../repository/repository.ts'
import type { PageText } from '../../shards/engine.ts'
import { isKept, isLoose, localText } from '../mets/local-text.ts'
import type { MetsPage, PageList } from '../mets/page-list.ts'
import { type Mets, readMets } from '../mets/read-mets.ts'
import { textBeside } from '../mets/text-beside.ts'
import { assertNoBinary } from '../page-text/binary.ts'
import { plainText } from '../page-text/formats.ts'
import { ByteSink } from '../text/byte-sink.ts'
import { type TextOptions, writePages } from '../text/pages.ts'
import { type Checksums, PageChecks } from './page-checks.ts'
import { PageParts } from './page-parts.ts'

export interface VolumeText {
  readonly mets: Mets
  /** Pages whose file was read. */
  readonly read: number
  /** The bytes of every page in METS order; none for a page that has images only, or whose file is not there. */
  readonly texts: readonly Buffer[]
}

export interface VolumeReading {
  readonly dehyphenate: boolean
  /** Pages whose file is not there count as empty. */
  readonly gapsWaived: boolean
  /** What of the page files is compared with what METS states. */
  readonly checksums: Checksums
  readonly admit?: Admit | undefined
}

// Of ALTO, hOCR and PAGE 3 to 15 bytes in 100 are text; of TEI and JATS most are, and of a file of text all.
const markupShare = 0.25
const isMostlyText = ({ format, file }: MetsPage): boolean =>
  format === 'plain' || format === 'structured' || /\.txt$/i.test(file ?? '')

/**
 * Reads METS file and pages of an item. Throws the METS_, ZIP_ and PAGE_ codes, VOLUME_TOO_LARGE,
 * REPOSITORY_UNAVAILABLE.
 */
export async function readVolume(volume: VolumeSource, reading: VolumeReading): Promise<VolumeText> {
  const mets = await inItem(readMets(volume.mets), volume)
  let found = await readList(mets, volume, reading)
  for (const before of mets.before ?? []) found = await withEarlier(found, before, volume, reading)
  return found
}

/** Where the text lies that is in the item. */
async function inItem(mets: Mets, volume: VolumeSource): Promise<Mets> {
  if (mets.otherwise === undefined) return mets
  const files = await volume.list()
  if (isKept(mets.pages, volume.metsName, files)) return mets
  const other = { ...mets, ...mets.otherwise() }
  return isKept(other.pages, volume.metsName, files) ? other : mets
}

const isBlank = (text: Buffer): boolean => text.every((byte) => byte <= 0x20)

/**
 * The pages whose file holds no text have that of an earlier list. Where others have some, they may well be blank: what is not
 * there of the earlier list is no loss then.
 */
async function withEarlier(
  found: VolumeText,
  listed: () => PageList,
  volume: VolumeSource,
  reading: VolumeReading,
): Promise<VolumeText> {
  const blank = new Set(
    [...found.texts.keys()].filter((at) => found.mets.pages[at]!.file !== null && isBlank(found.texts[at]!)),
  )
  if (blank.size === 0) return found
  const mayLack = reading.gapsWaived || !found.texts.every(isBlank)
  try {
    // room was taken once; another reading of the same pages has about as many bytes
    const again = { ...reading, admit: undefined, gapsWaived: mayLack }
    const earlier = await readList({ ...found.mets, ...listed() }, volume, again, blank)
    const texts = found.texts.map((text, at) => (isBlank(text) ? earlier.texts[at]! : text))
    return {
      ...found,
      texts,
      read: found.read + texts.filter((text, at) => text !== none && found.texts[at] === none).length,
    }
  } catch (error) {
    if (mayLack && error instanceof SlipError && error.code === 'METS_BAD_REFERENCE') return found
    throw error
  }
}

/** `wanted`: the places of those pages in the list that are to be read; all without it. */
async function readList(
  listed: Mets,
  volume: VolumeSource,
  reading: VolumeReading,
  wanted?: ReadonlySet<number>,
): Promise<VolumeText> {
  const all = await withText(listed, volume, reading.gapsWaived)
  const mets = wanted === undefined ? all : { ...all, pages: only(all.pages, wanted) }
  if (mets.unused.length > 0 && !reading.gapsWaived) throw unused(mets.unused)
  const named = mets.pages.filter((page) => page.file !== null)
  const parts = new PageParts(named, reading)
  const files = parts.isEmpty ? named.map(({ file }) => file!) : [...new Set(named.map(({ file }) => file!))]
  const checks = reading.checksums === 'off' ? null : new PageChecks(named, reading.checksums)
  const how = howToRead(mets, reading, checks, parts)
  const read = await (reading.gapsWaived ? volume.readPagesThere : volume.readPages)(files, how)
  checks?.assert()
  if (isPlain(mets)) for (const [at, bytes] of read.entries()) if (bytes !== null) assertNoBinary(bytes, files[at]!)
  return { mets, ...textsOf(mets, files, read, parts) }
}

/** The other pages without a file, but those that share one. */
function only(pages: readonly MetsPage[], wanted: ReadonlySet<number>): MetsPage[] {
  const files = new Set(pages.filter((_, at) => wanted.has(at)).map(({ file }) => file))
  return pages.map((page) => (files.has(page.file) ? page : { ...page, file: null }))
}

const none = Buffer.alloc(0)

function textsOf({ pages }: Mets, files: readonly string[], read: readonly (Buffer | null)[], parts: PageParts) {
  let next = 0
  const whole = parts.isEmpty ? null : new Map(files.map((file, at) => [file, read[at]!]))
  const found = pages.map((page) => {
    if (page.file === null) return null
    const bytes = whole === null ? read[next++]! : whole.get(page.file)!
    return page.part === null || bytes === null ? bytes : parts.textOf(page, bytes)
  })
  return { read: found.filter((text) => text !== null).length, texts: found.map((text) => text ?? none) }
}

function unused(ids: readonly string[]): SlipError {
  const message = `${ids.length} text files of METS belong to no page; the first is ${ids[0]}.`
  return new SlipError('PAGE_MISSING', message, { place: { file: ids[0]!, missing: ids.length } })
}

async function withText(mets: Mets, volume: VolumeSource, gapsWaived: boolean): Promise<Mets> {
  const { pages } = mets
  if (mets.text === 'beside') {
    return { ...mets, pages: textBeside(pages, volume.metsName, await volume.list(), gapsWaived) }
  }
  return pages.some(isLoose) ? { ...mets, pages: localText(pages, volume.metsName, await volume.list()) } : mets
}

/** Its pages are read as they are, and not looked into. */
const isPlain = ({ pages }: Mets): boolean => pages.every(({ format }) => format === 'plain')

/** Markup is turned into text as soon as it is read: a volume of ALTO has ten times the bytes of its text. */
function howToRead(
  mets: Mets,
  { admit, dehyphenate }: VolumeReading,
  checks: PageChecks | null,
  parts: PageParts,
): Reading {
  const { pages } = mets
  if (isPlain(mets)) {
    if (checks === null) return { admit }
    const keep = (bytes: Buffer, file: string) => {
      checks.agrees(bytes, file)
      return bytes
    }
    return { admit, keep }
  }
  const byFile = new Map(pages.map((page) => [page.file, page]))
  return {
    admit: admit && ((bytes) => admit(Math.ceil(bytes * (pages.some(isMostlyText) ? 1 : markupShare)))),
    // what differs need not be read as markup: it ends in an error
    keep: (bytes, file) => {
      if (!(checks?.agrees(bytes, file) ?? true)) return bytes
      const page = { ...byFile.get(file)!, file }
      return parts.take(bytes, page) ?? plainText(bytes, page, { dehyphenate })
    },
  }
}

/** The pages of an item that have text, as they are indexed. Throws as readVolume; a page that is not there is empty. */
export async function pageTexts(volume: VolumeSource, options: TextOptions): Promise<PageText[]> {
  const { mets, texts } = await readVolume(volume, {
    dehyphenate: options.dehyphenate,
    gapsWaived: true,
    checksums: 'off',
  })
  const sink = new ByteSink(texts.reduce((sum, text) => sum + text.length + 8, 0))
  const { pages } = writePages(texts, sink, options)
  return mets.pages.flatMap(({ order, label }, index) => {
    const { offset, length } = pages[index]!
    const text = () => JSON.parse(`"${sink.bytes.toString('utf8', offset, offset + length)}"`) as string
    return length === 0 ? [] : [{ order, label, text: text() }]
  })
}
