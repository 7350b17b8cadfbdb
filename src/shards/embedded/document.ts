import type { IndexDocument, PageSlice } from '../engine.ts'
import { textSeparator } from '../search/tokens.ts'
import { type TextRow, textRows } from './rows.ts'

/** One row of table `page`. */
export interface PageRow extends TextRow {
  /** Place in the reading sequence from 1; 0 = catalogue text. METS may repeat an ORDER, so that is no key. */
  readonly page: number
  /** From 1; more than one only where a page is too long for one row. */
  readonly part: number
  readonly order: number
  readonly label: string | null
}

export interface StoredDocument {
  /** The document without its text. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Made as they are taken: all of them at once are five times the text. */
  readonly rows: Iterable<PageRow>
}

const catalogueFields = ['title', 'author', 'allfields', 'publishDate', 'volume_enumcron']

/**
 * A document as rows. Throws SyntaxError when its JSON cannot be read; taking a row throws it for the text of a page.
 */
export function storedDocument(document: IndexDocument): StoredDocument {
  const fields = fieldsWithoutText(document)
  return { fields, rows: rowsOf(fields, document) }
}

function* rowsOf(fields: Readonly<Record<string, unknown>>, document: IndexDocument): Generator<PageRow> {
  yield* partsOf(catalogueText(fields), 0, 0, null)
  for (const [index, slice] of document.pages.entries()) {
    if (slice.length > 0) yield* partsOf(pageText(document.json, slice), index + 1, slice.order, slice.label)
  }
}

/** The strings of a field; Solr documents hold one value or a list of them. */
export function fieldTexts(value: unknown): string[] {
  return [value]
    .flat()
    .filter((one) => typeof one === 'string' || typeof one === 'number')
    .map(String)
}

function* partsOf(text: string, page: number, order: number, label: string | null): Generator<PageRow> {
  let part = 1
  for (const row of textRows(text)) yield { ...row, page, part: part++, order, label }
}

function catalogueText(fields: Readonly<Record<string, unknown>>): string {
  return catalogueFields.flatMap((name) => fieldTexts(fields[name])).join(textSeparator)
}

function pageText(json: Buffer, slice: PageSlice): string {
  return JSON.parse(`"${json.toString('utf8', slice.offset, slice.offset + slice.length)}"`)
}

// The pages are one stretch of the ocr string: without that stretch the JSON is still whole, and a text of 50 MB never
// becomes a string.
function fieldsWithoutText(document: IndexDocument): Record<string, unknown> {
  const { json, pages, provenance } = document
  let start = json.length
  let end = json.length
  for (const slice of pages) {
    if (slice.length === 0) continue
    if (start === json.length) end = 0
    start = Math.min(start, slice.offset)
    end = Math.max(end, slice.offset + slice.length)
  }
  const { ocr: _text, ...fields } = JSON.parse(
    `${json.toString('utf8', 0, start)}${json.toString('utf8', end)}${provenance}`,
  )
  return fields
}
