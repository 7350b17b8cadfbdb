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

/** Those of the catalogue that are searched where no field is named. */
const searchedFields = ['title', 'author', 'allfields', 'publishDate', 'volume_enumcron']

/**
 * A document as rows. Throws SyntaxError when its JSON cannot be read; taking a row throws it for the text of a page.
 */
export function storedDocument(document: IndexDocument): StoredDocument {
  const fields = fieldsWithoutText(document)
  return { fields, rows: rowsOf(fields, document) }
}

function* rowsOf(fields: Readonly<Record<string, unknown>>, document: IndexDocument): Generator<PageRow> {
  yield* partsOf([catalogueText(fields)], 0, 0, null)
  for (const [index, slice] of document.pages.entries()) {
    if (slice.length > 0) yield* partsOf(pageTexts(document.json, slice), index + 1, slice.order, slice.label)
  }
}

/** The strings of a field; documents hold one value or a list of them. */
export function fieldTexts(value: unknown): string[] {
  return [value]
    .flat()
    .filter((one) => typeof one === 'string' || typeof one === 'number')
    .map(String)
}

function* partsOf(texts: Iterable<string>, page: number, order: number, label: string | null): Generator<PageRow> {
  let part = 1
  for (const text of texts) for (const row of textRows(text)) yield { ...row, page, part: part++, order, label }
}

function catalogueText(fields: Readonly<Record<string, unknown>>): string {
  return searchedFields.flatMap((name) => fieldTexts(fields[name])).join(textSeparator)
}

/** Bytes of a page that become a string at a time: on the way there are several of it. */
const mostPieceBytes = 1 << 20

/** The text of a page in pieces that end between words. */
function* pageTexts(json: Buffer, { offset, length }: PageSlice): Generator<string> {
  const end = offset + length
  for (let from = offset; from < end; ) {
    const to = end - from > mostPieceBytes ? spaceNear(json, from, end) : end
    yield JSON.parse(`"${json.toString('utf8', from, to)}"`)
    from = to
  }
}

/** The last blank of the next piece, else the first one behind it. A blank is no part of an escape. */
function spaceNear(json: Buffer, from: number, end: number): number {
  const last = json.lastIndexOf(' ', from + mostPieceBytes)
  if (last > from) return last
  const next = json.indexOf(' ', from + mostPieceBytes)
  return next < 0 ? end : Math.min(next, end)
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
