import type { ByteSink } from './byte-sink.ts'
import { cleanPage } from './clean.ts'

export interface TextOptions {
  /** Written for a page without text; null writes nothing. */
  readonly emptyPageToken: string | null
  /** Joins words hyphenated at a line end. */
  readonly dehyphenate: boolean
}

/** Where the text of a page lies in the sink; length 0 = the page has no text, whatever the empty page token. */
export interface WrittenPage {
  readonly offset: number
  readonly length: number
}

export interface WrittenText {
  /** One for each page given, in the same order. */
  readonly pages: readonly WrittenPage[]
  readonly empty: number
  /** Byte sequences and references that were no character. */
  readonly invalidBytes: number
}

/** Appends the pages of a volume, JSON-escaped, each kept apart from the one before by one space. */
export function writePages(texts: readonly Buffer[], sink: ByteSink, options: TextOptions): WrittenText {
  const token = JSON.stringify(options.emptyPageToken ?? '').slice(1, -1)
  const start = sink.length
  const pages: WrittenPage[] = []
  let empty = 0
  let invalidBytes = 0
  for (const text of texts) {
    const before = sink.length
    if (before > start) sink.write(' ')
    const offset = sink.length
    invalidBytes += cleanPage(text, sink, options)
    const length = sink.length - offset
    if (length === 0) {
      empty++
      if (token === '') sink.length = before
      else sink.write(token)
    }
    pages.push({ offset: length === 0 ? before : offset, length })
  }
  return { pages, empty, invalidBytes }
}
