import { createHash } from 'node:crypto'
import type { IndexDocument, PageSlice } from '../../../src/shards/engine.ts'

export interface DocumentParts {
  readonly id: string
  readonly fence: number
  readonly rev?: number
  readonly title?: string | readonly string[]
  readonly author?: string
  readonly publishDate?: string
  readonly allfields?: string
  readonly volume_enumcron?: string
  /** One page per text; the page gets the next ORDER and a label of its own unless given. */
  readonly pages?: readonly (string | PageParts)[]
}

export interface PageParts {
  readonly text: string
  readonly order?: number
  readonly label?: string | null
}

/** A document as the assembler hands it over: fields, then ocr, then more fields, with the pages as slices of ocr. */
export function document(parts: DocumentParts): IndexDocument {
  const { id, fence, rev = 1, pages = [], ...catalogue } = parts
  const head = JSON.stringify({ id, vol_id: id, rights: 1, ...catalogue })
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
  chunks.push(Buffer.from(`","fence":${fence},"rev":${rev}}`))
  const json = Buffer.concat(chunks)
  return { id, fence, rev, digest: createHash('md5').update(json).digest('hex'), json, pages: slices }
}
