import { createHash } from 'node:crypto'
import type { IndexDocument, PageSlice } from '../../../src/shards/engine.ts'
import { fields } from '../../../src/shards/fields.ts'

export interface DocumentParts {
  readonly id: string
  readonly fence: number
  readonly rev?: number
  readonly title?: string | readonly string[]
  readonly author?: string
  readonly publishDate?: string
  readonly allfields?: string
  readonly volume_enumcron?: string
  readonly language?: readonly string[]
  readonly callnumber?: string
  readonly isbn?: readonly string[]
  readonly oclc?: readonly string[]
  readonly rights?: number
  /** One page per text; the page gets the next ORDER and a label of its own unless given. */
  readonly pages?: readonly (string | PageParts)[]
}

export interface PageParts {
  readonly text: string
  readonly order?: number
  readonly label?: string | null
}

const multi = new Set(fields.filter((field) => field.multi).map(({ name }) => name))

/** A document as the assembler hands it over: fields, then ocr with the pages as slices of it, then provenance. */
export function document(parts: DocumentParts): IndexDocument {
  const { id, fence, rev = 1, pages = [], ...catalogue } = parts
  const shaped = Object.entries(catalogue).map(([name, value]) => [name, multi.has(name) ? [value].flat() : value])
  const head = JSON.stringify({ id, vol_id: id, rights: 1, ...Object.fromEntries(shaped) })
  const chunks = [Buffer.from(`${head.slice(0, -1)},"ocr":"`)]
  let offset = chunks[0]!.length
  const slices: PageSlice[] = []
  for (const [index, page] of pages.entries()) {
    const {
      text,
      order = index + 1,
      label = `p. ${index + 1}`,
    }: PageParts = typeof page === 'string' ? { text: page } : page
    const escaped = Buffer.from(JSON.stringify(text).slice(1, -1))
    slices.push({ order, label, offset, length: escaped.length })
    chunks.push(escaped, Buffer.from(' '))
    offset += escaped.length + 1
  }
  const digest = chunks.reduce((hash, chunk) => hash.update(chunk), createHash('md5')).digest('hex')
  const provenance = {
    rev,
    fence,
    digest,
    pages: slices.length,
    read_pages: slices.length,
    empty_pages: 0,
    invalid_bytes: 0,
    code_version: '0.0.0',
    schema_version: 1,
    config_digest: '0123456789abcdef',
    host: 'conformance',
    assembled_at: '2025-11-24T14:40:00.000Z',
  }
  chunks.push(Buffer.from('"'))
  const end = Buffer.from(`,${JSON.stringify(provenance).slice(1)}`)
  return { id, fence, rev, digest, json: Buffer.concat(chunks), provenance: end, pages: slices }
}
