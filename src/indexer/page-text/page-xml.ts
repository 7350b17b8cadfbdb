import type { Piece, Tag } from '../markup/handlers.ts'
import type { PageFormat } from './page-format.ts'
import { walkPage } from './page-markup.ts'
import { withoutReferences } from './references.ts'

/**
 * PAGE XML (PRImA), as OCR-D and Transkribus write it. The text of a line is its own TextEquiv, else those of its words,
 * else of their glyphs; that of a region its lines, else its own TextEquiv. Of several that are not empty the one with the lowest
 * index counts, the first where none has one; its PlainText where its Unicode is empty. Regions come in the order of ReadingOrder, those it does not name last.
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

/** What has text of its own: a region, a line, a word, a glyph. */
interface Holder {
  readonly level: string
  readonly id: string | null
  /** The texts of what it holds. */
  readonly parts: string[]
  own: string | null
  ownIndex: number
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

const separators: Readonly<Record<string, string>> = { TextRegion: '\n', TextLine: ' ', Word: '', Glyph: '' }

class PageText {
  readonly #regions: Holder[] = []
  readonly #holders: Holder[] = []
  readonly #groups: Ordered[] = [{ index: 0, region: null, children: [] }]
  #equiv: Equiv | null = null
  #written: 'Unicode' | 'PlainText' | null = null

  open(name: string, tag: Tag): void {
    if (name in separators) this.#openHolder(name, tag)
    else if (name === 'TextEquiv') {
      this.#equiv = { index: Number(tag.attribute('index') ?? 0) || 0, Unicode: '', PlainText: '' }
    } else if (isWriting(name)) this.#written = name
    else if (isGroup(name) || isReference(name)) {
      const region = isReference(name) ? tag.attribute('regionRef') : null
      const entry = { index: Number(tag.attribute('index') ?? 0) || 0, region, children: [] }
      this.#groups.at(-1)!.children.push(entry)
      if (isGroup(name)) this.#groups.push(entry)
    }
  }

  close(name: string): void {
    if (name in separators) this.#closeHolder()
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
    const named = new Map(this.#regions.map((region) => [region.id, region]))
    const ordered = regionsOf(this.#groups[0]!).flatMap((id) => named.get(id) ?? [])
    return [...new Set([...ordered, ...this.#regions])].map((region) => `${textOf(region)}\n`).join('')
  }

  #openHolder(level: string, tag: Tag): void {
    const holder: Holder = { level, id: tag.attribute('id'), parts: [], own: null, ownIndex: Number.POSITIVE_INFINITY }
    if (level === 'TextRegion') this.#regions.push(holder)
    this.#holders.push(holder)
  }

  #closeHolder(): void {
    const holder = this.#holders.pop()
    const above = this.#holders.at(-1)
    if (holder === undefined || above === undefined || holder.level === 'TextRegion') return
    const text = textOf(holder)
    if (text !== '') above.parts.push(text)
  }

  #closeEquiv(): void {
    const holder = this.#holders.at(-1)
    if (holder !== undefined && this.#equiv !== null && this.#equiv.index < holder.ownIndex) {
      const text = withoutBlanks(this.#equiv.Unicode) || withoutBlanks(this.#equiv.PlainText)
      if (text !== '') Object.assign(holder, { own: text, ownIndex: this.#equiv.index })
    }
    this.#equiv = null
  }
}

/** Of text with a character for each byte: to String.trim() the last byte of à is a blank. */
const withoutBlanks = (text: string): string => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')

const isWriting = (name: string): name is 'Unicode' | 'PlainText' => name === 'Unicode' || name === 'PlainText'

const isGroup = (name: string): boolean => name.endsWith('Group') || name.endsWith('GroupIndexed')

const isReference = (name: string): boolean => name === 'RegionRefIndexed' || name === 'RegionRef'

/** A region's lines say more than the region; of everything else its own text says more than that of its parts. */
function textOf({ level, parts, own }: Holder): string {
  const together = parts.join(separators[level])
  return level === 'TextRegion' ? together || own || '' : own || together
}

function regionsOf({ region, children }: Ordered): string[] {
  if (region !== null) return [region]
  return children.toSorted((a, b) => a.index - b.index).flatMap(regionsOf)
}
