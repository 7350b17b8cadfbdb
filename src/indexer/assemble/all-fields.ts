import { XMLParser } from 'fast-xml-parser'
import type { CatalogueRecord } from '../../sources/source.ts'
import { decodeReferences } from '../../sources/xml-references.ts'
import { cleanValue, unreadable, valuesOf } from './catalogue-values.ts'

/** A MARC data field: its text, and for a 974 the item it describes (subfield u, lower case). */
interface MarcText {
  readonly text: string
  readonly item: string | null
}

// Entities are decoded by us: the parser would also expand those a DOCTYPE defines.
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  isArray: (name) => name === 'datafield' || name === 'subfield' || name === 'record',
})

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
  let root: Node
  try {
    root = parser.parse(xml, true) as Node
  } catch (error) {
    throw unreadable(record, 'fullrecord', 'is not XML', error)
  }
  const marc = listOf((nodeOf(root.collection) ?? root).record)[0]
  if (marc === undefined) throw unreadable(record, 'fullrecord', 'is not MARCXML')
  const refuse = (reason: string): never => {
    throw unreadable(record, 'fullrecord', `cannot be read: ${reason}`)
  }
  return listOf(marc.datafield)
    .filter((field) => Number(field['@tag']) > 99)
    .map((field) => marcText(field, refuse))
    .filter(({ text }) => text !== '')
}

function marcText(field: Node, refuse: (reason: string) => never): MarcText {
  const subfields = listOf(field.subfield).map((subfield) => ({
    code: subfield['@code'],
    text: cleanValue(decodeReferences(String(subfield['#text'] ?? ''), refuse)),
  }))
  const text = subfields
    .map((subfield) => subfield.text)
    .filter((each) => each !== '')
    .join(' ')
  const item = field['@tag'] === '974' ? subfields.find(({ code }) => code === 'u')?.text.toLowerCase() : null
  return { text, item: item === undefined ? '' : item }
}

type Node = Readonly<Record<string, unknown>>

function nodeOf(value: unknown): Node | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : undefined
}

function listOf(value: unknown): Node[] {
  return (Array.isArray(value) ? value : []).map((each) => nodeOf(each) ?? { '#text': each })
}
