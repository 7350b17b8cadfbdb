import type { CatalogueRecord } from '../../sources/source.ts'
import { decodeReferences } from '../../sources/xml-references.ts'
import type { MarkupHandlers, Piece, Tag } from '../markup/handlers.ts'
import { walkMarkup } from '../markup/walk.ts'
import { cleanValue, unreadable, valuesOf } from './catalogue-values.ts'

/** A MARC data field: its text, and for a 974 the item it describes (subfield u, lower case). */
interface MarcText {
  readonly text: string
  readonly item: string | null
}

// Shared by the items of a record in a batch: 400 KB of MARC for 947 items would be parsed 947 times.
const parsed = new WeakMap<CatalogueRecord, readonly MarcText[]>()

/**
 * The text of all MARC data fields above tag 99, joined by spaces; '' when the record has no fullrecord. Of the 974
 * fields, one for each item of the record, only the one whose subfield u is this item: what changes at a sister volume
 * must not change this document. Fields with a tag that is no number (CID, DAT, HOL) are left out, as production does.
 * Throws RECORD_UNREADABLE when fullrecord is not MARCXML.
 */
export function allFields(record: CatalogueRecord, htid: string): string {
  let fields = parsed.get(record)
  if (fields === undefined) {
    fields = parseFullRecord(record)
    parsed.set(record, fields)
  }
  const own = fields.filter(({ item }) => item === null || item === htid.toLowerCase())
  return own.map(({ text }) => text).join(' ')
}

function parseFullRecord(record: CatalogueRecord): MarcText[] {
  const [xml] = valuesOf(record, 'fullrecord')
  if (xml === undefined) return []
  const wrong = (what: string) => unreadable(record, 'fullrecord', what)
  const reading = new MarcReading((reason) => {
    throw wrong(`cannot be read: ${reason}`)
  })
  walkMarkup(xml, reading, { unreadable: (reason) => wrong(`is not XML: ${reason}`) })
  if (!reading.isMarc) throw wrong('is not MARCXML')
  return reading.fields
}

/** Hears the first record of a text, which is its root or stands in a collection. */
class MarcReading implements MarkupHandlers {
  readonly fields: MarcText[] = []
  isMarc = false
  readonly #refuse: (reason: string) => never
  /** Of the element that is open. */
  #depth = 0
  /** Of the record while it is open, else 0. */
  #recordDepth = 0
  /** Of the data field that is open and of which the text counts. */
  #tag: string | null = null
  #texts: string[] = []
  #item: string | null = null
  /** Of the subfield that is open. */
  #code: string | null = null
  #text: string | null = null
  #isCollection = false

  constructor(refuse: (reason: string) => never) {
    this.#refuse = refuse
  }

  open(name: string, tag: Tag): void {
    const below = ++this.#depth - this.#recordDepth
    if (this.#recordDepth === 0) this.#openRecord(name)
    else if (below === 1 && name === 'datafield') this.#openField(tag.attribute('tag'))
    else if (below === 2 && name === 'subfield' && this.#tag !== null) {
      this.#code = tag.attribute('code')
      this.#text = ''
    }
  }

  text({ raw, literal }: Piece): void {
    if (this.#text !== null && this.#depth === this.#recordDepth + 2)
      this.#text += literal ? raw : decodeReferences(raw, this.#refuse)
  }

  close(): void {
    const below = this.#depth-- - this.#recordDepth
    if (below === 2 && this.#text !== null) this.#closeSubfield(cleanValue(this.#text))
    else if (below === 1 && this.#tag !== null) this.#closeField(this.#tag)
    else if (below === 0) this.#recordDepth = 0
  }

  #openRecord(name: string): void {
    const mayBe = this.#depth === 1 || (this.#depth === 2 && this.#isCollection)
    this.#isCollection = this.#depth === 1 ? name === 'collection' : this.#isCollection
    if (name !== 'record' || !mayBe || this.isMarc) return
    this.isMarc = true
    this.#recordDepth = this.#depth
  }

  #openField(tag: string | null): void {
    this.#tag = Number(tag) > 99 ? tag : null
    this.#texts = []
    this.#item = null
  }

  #closeSubfield(text: string): void {
    if (text !== '') this.#texts.push(text)
    if (this.#code === 'u') this.#item ??= text.toLowerCase()
    this.#text = null
  }

  #closeField(tag: string): void {
    const text = this.#texts.join(' ')
    if (text !== '') this.fields.push({ text, item: tag === '974' ? (this.#item ?? '') : null })
    this.#tag = null
  }
}
