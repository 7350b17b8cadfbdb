import type { Piece, Tag } from '../markup/handlers.ts'
import type { PageFormat } from './page-format.ts'
import { walkPage } from './page-markup.ts'
import { withoutReferences } from './references.ts'

/**
 * PAGE XML (PRImA), as OCR-D and Transkribus write it. The text of a line is its own TextEquiv, else those of its words,
 * else of their glyphs; that of a region its lines, else its own TextEquiv. Of several that are not empty the one with the lowest
 * index counts, the first where none has one; its PlainText where its Unicode is empty. Regions come in the order of ReadingOrder, those it does not name
 * behind the region they are in, or last. A region is what may hold lines: also a table, and a cell of it, as Transkribus writes them, row by row.
 */
export const pageXml: PageFormat = {
  name: 'PAGE',
  roots: ['pcgts'],
  textOf(markup) {
    const page = new PageText()
    walkPage(markup, page)
    return Buffer.from(page.inOrder(), 'latin1')
  },
}

/** What has text of its own: the page, a region, a line, a word, a glyph. */
class Holder {
  readonly separator: string
  /** The texts of what it holds, regions apart. */
  readonly parts: string[] = []
  own = ''
  ownIndex = Number.POSITIVE_INFINITY

  constructor(separator: string) {
    this.separator = separator
  }
}

class Region extends Holder {
  readonly regions: Region[] = []
  /** Of a cell: where in its table it is. */
  readonly row: number
  readonly col: number
  /** Characters of all text of the regions in it. */
  within = 0

  constructor(tag: Tag | null) {
    super('\n')
    this.row = Number(tag?.attribute('row') ?? 0) || 0
    this.col = Number(tag?.attribute('col') ?? 0) || 0
  }

  /** Its lines, else its own text; none where that is what the regions in it say. */
  text(): string {
    return this.parts.join('\n') || (charactersOf(this.own) > this.within ? this.own : '')
  }
}

/** A TextEquiv: the same text twice, the second in ASCII. */
interface Equiv {
  readonly index: number
  Unicode: string
  PlainText: string
}

/** A group of the reading order, or a region in it. */
interface Ordered {
  readonly index: number
  readonly region: string | null
  readonly children: Ordered[]
}

/** What is in a region, and what stands between the texts of what it holds. */
const separators: Readonly<Record<string, string>> = { TextLine: ' ', Word: '', Glyph: '' }

class PageText {
  /** Has what is in no region. */
  readonly #page = new Region(null)
  readonly #regions = new Map<string, Region>()
  readonly #holders: Holder[] = [this.#page]
  readonly #groups: Ordered[] = [{ index: 0, region: null, children: [] }]
  #equiv: Equiv | null = null
  #written: 'Unicode' | 'PlainText' | null = null

  open(name: string, tag: Tag): void {
    if (isRegion(name)) this.#openRegion(tag)
    else if (name in separators) this.#holders.push(new Holder(separators[name]!))
    else if (name === 'TextEquiv') {
      this.#equiv = { index: Number(tag.attribute('index') ?? 0) || 0, Unicode: '', PlainText: '' }
    } else if (isWriting(name)) this.#written = name
    else if (isGroup(name) || isReference(name)) {
      const index = Number(tag.attribute('index') ?? 0) || 0
      const entry = { index, region: tag.attribute('regionRef'), children: [] }
      this.#groups.at(-1)!.children.push(entry)
      if (isGroup(name)) this.#groups.push(entry)
    }
  }

  close(name: string): void {
    if (isRegion(name) || name in separators) this.#closeHolder()
    else if (name === 'TextEquiv') this.#closeEquiv()
    else if (isWriting(name)) this.#written = null
    else if (isGroup(name)) this.#groups.pop()
  }

  text({ raw, literal }: Piece): void {
    if (this.#equiv !== null && this.#written !== null) {
      this.#equiv[this.#written] += literal ? raw : withoutReferences(raw)
    }
  }

  inOrder(): string {
    const ordered = new Set(regionsOf(this.#groups[0]!).flatMap((id) => this.#regions.get(id) ?? []))
    return [...ordered, this.#page].flatMap((region) => textsOf(region, ordered)).join('')
  }

  #openRegion(tag: Tag): void {
    const region = new Region(tag)
    this.#around().regions.push(region)
    this.#regions.set(tag.attribute('id') ?? '', region)
    this.#holders.push(region)
  }

  #closeHolder(): void {
    const holder = this.#holders.pop()!
    if (holder instanceof Region) {
      this.#around().within += charactersOf(holder.text()) + holder.within
      return
    }
    const text = holder.own || holder.parts.join(holder.separator)
    if (text !== '') this.#holders.at(-1)!.parts.push(text)
  }

  /** The region that is open. */
  #around(): Region {
    return this.#holders.findLast((holder) => holder instanceof Region)!
  }

  #closeEquiv(): void {
    const holder = this.#holders.at(-1)!
    if (this.#equiv !== null && this.#equiv.index < holder.ownIndex) {
      const text = withoutBlanks(this.#equiv.Unicode) || withoutBlanks(this.#equiv.PlainText)
      if (text !== '') Object.assign(holder, { own: text, ownIndex: this.#equiv.index })
    }
    this.#equiv = null
  }
}

/** Of text with a character for each byte: to String.trim() the last byte of à is a blank. */
const withoutBlanks = (text: string): string => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')

const charactersOf = (text: string): number => text.replace(/[ \t\r\n]+/g, '').length

const isRegion = (name: string): boolean => name.endsWith('Region') || name === 'TableCell'

const isWriting = (name: string): name is 'Unicode' | 'PlainText' => name === 'Unicode' || name === 'PlainText'

const isGroup = (name: string): boolean => name.endsWith('Group') || name.endsWith('GroupIndexed')

const isReference = (name: string): boolean => name === 'RegionRefIndexed' || name === 'RegionRef'

/** The texts of a region and of those in it that the reading order does not name. */
function textsOf(region: Region, ordered: ReadonlySet<Region>): string[] {
  const text = region.text()
  const within = region.regions
    .filter((each) => !ordered.has(each))
    .sort((a, b) => a.row - b.row || a.col - b.col)
    .flatMap((each) => textsOf(each, ordered))
  return text === '' ? within : [`${text}\n`, ...within]
}

/** A group of what is in a region names that first. */
function regionsOf({ region, children }: Ordered): string[] {
  const within = children.toSorted((a, b) => a.index - b.index).flatMap(regionsOf)
  return region === null ? within : [region, ...within]
}
