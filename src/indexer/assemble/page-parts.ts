import { SlipError } from '../../errors/slip-error.ts'
import type { MetsPage } from '../mets/page-list.ts'
import { type PageFile, pagesOf } from '../page-text/formats.ts'
import type { DividedText } from '../page-text/page-format.ts'

/** How the pages of a file that holds several are read. */
export interface PartReading {
  readonly dehyphenate: boolean
  /** Pages that are not in their file count as empty, and pages of it that METS does not know are left out. */
  readonly gapsWaived: boolean
}

/**
 * The files that hold several pages of a volume, and the text of each of these. Every page METS has in such a file is found
 * in it, and every page of the file belongs to one, or the volume is in error. Where METS points from one page alone into a
 * file, this is what the volume has of it.
 */
export class PageParts {
  /** True when each file holds one page. */
  readonly isEmpty: boolean
  readonly #pages: ReadonlyMap<string | null, readonly MetsPage[]>
  /** Null of a page that is not in its file, which was waived. */
  readonly #texts = new Map<MetsPage, Buffer | null>()
  readonly #reading: PartReading

  constructor(pages: readonly MetsPage[], reading: PartReading) {
    this.isEmpty = pages.every(({ part }) => part === null)
    this.#pages = this.isEmpty ? new Map() : Map.groupBy(pages, ({ file }) => file)
    this.#reading = reading
  }

  /**
   * Takes the text of each page out of a file, and returns all of it; null for the file of one page. Throws PAGE_MISSING,
   * METS_BAD_REFERENCE, PAGE_UNREADABLE and PAGE_FORMAT_UNKNOWN.
   */
  take(bytes: Buffer, file: PageFile): Buffer | null {
    const pages = (this.#pages.get(file.file) ?? []).filter(({ part }) => part !== null)
    if (pages.length === 0) return null
    const wanted = new Set(pages.flatMap(({ part }) => (part !== null && 'ids' in part ? part.ids : [])))
    const divided = pagesOf(bytes, file, wanted, this.#reading)
    const [alone] = pages.filter(isAlone)
    if (alone !== undefined) return divided === null ? null : this.#takeOne(alone, divided, file.file)
    if (divided === null) throw undivided(file.file, pages)
    const places = pages.map((page) => placesOf(page, divided))
    if (!this.#reading.gapsWaived) assertWhole(file.file, divided, pages, places)
    const all = Buffer.concat(divided.texts)
    const starts: number[] = []
    let end = 0
    for (const { length } of divided.texts) {
      starts.push(end)
      end += length
    }
    const textAt = (at: number) => all.subarray(starts[at]!, starts[at]! + divided.texts[at]!.length)
    for (const [index, page] of pages.entries()) {
      this.#texts.set(page, together(places[index]!.map(textAt)))
    }
    return all
  }

  #takeOne(page: MetsPage, divided: DividedText, file: string): Buffer {
    const { texts } = divided
    if (!this.#reading.gapsWaived && texts.length > 1) assertThere(file, divided, page)
    const places = texts.length === 1 ? [0] : placesOf(page, divided)
    const text = together(places.map((at) => texts[at]!))
    this.#texts.set(page, text)
    return text ?? none
  }

  /** The text of a page whose file holds these bytes of text; null when it is not there, which was waived. */
  textOf(page: MetsPage, whole: Buffer): Buffer | null {
    return this.#texts.has(page) ? this.#texts.get(page)! : isAlone(page) ? whole : null
  }
}

const none = Buffer.alloc(0)
const isAlone = ({ part }: MetsPage): boolean => part !== null && 'ids' in part && part.alone === true

/** Null of none. */
function together(texts: readonly Buffer[]): Buffer | null {
  const [first, ...others] = texts
  if (first === undefined) return null
  return others.length === 0 ? first : Buffer.concat([first, ...others])
}

/** Which pages of the file a page of METS is: one, or more where METS points to several. */
function placesOf({ part }: MetsPage, { texts, pageOf }: DividedText): number[] {
  if (part === null) return []
  if ('position' in part) return part.position < texts.length ? [part.position] : []
  return [...new Set(part.ids.flatMap((id) => pageOf.get(id) ?? []))].sort((a, b) => a - b)
}

/** Every ID that a page of METS points to is in a page of the file. */
function assertThere(file: string, { pageOf }: DividedText, { order, part }: MetsPage): void {
  const absent = part !== null && 'ids' in part ? part.ids.find((id) => !pageOf.has(id)) : undefined
  if (absent === undefined) return
  const message = `Page ${order} points to ${absent} in ${file}, which is in no page of it.`
  throw failed('PAGE_MISSING', message, { file, order })
}

function assertWhole(
  file: string,
  divided: DividedText,
  pages: readonly MetsPage[],
  places: readonly (readonly number[])[],
): void {
  const holders = new Map<number, number>()
  for (const [index, page] of pages.entries()) {
    const { order } = page
    assertThere(file, divided, page)
    if (places[index]!.length === 0) break
    for (const at of places[index]!) {
      const other = holders.get(at)
      holders.set(at, order)
      if (other === undefined) continue
      const message = `Pages ${other} and ${order} are the same page of ${file}.`
      throw failed('METS_BAD_REFERENCE', message, { file, order })
    }
  }
  const { texts } = divided
  if (holders.size === texts.length && places.every((found) => found.length > 0)) return
  const place = { file, found: texts.length, expected: pages.length }
  throw failed('PAGE_MISSING', `${file} holds ${texts.length} pages; METS has ${pages.length} in it.`, place)
}

function undivided(file: string, [first, second]: readonly MetsPage[]): SlipError {
  const message = `Pages ${first!.order} and ${second?.order ?? ''} have the same text file ${file}, which is not divided into pages.`
  return failed('METS_BAD_REFERENCE', message, { file, order: first!.order })
}

const failed = (
  code: 'PAGE_MISSING' | 'METS_BAD_REFERENCE',
  message: string,
  place: Readonly<Record<string, string | number>>,
): SlipError => new SlipError(code, message, { place })
