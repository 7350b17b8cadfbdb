import { type Token, tokenize } from '../search/tokens.ts'

/** A piece of a page as it is stored: its text and the tsvector of its words. */
export interface TextRow {
  readonly text: string
  /** tsvector literal: every lexeme with its positions. */
  readonly words: string
  /** Words left out because the server takes none of more than 2,046 bytes. */
  readonly dropped: number
}

/** The server's longest lexeme, in bytes. */
export const longestWord = 2_046
const mostTextBytes = 256 * 1024
/** Positions end at 16,383; later ones would all become that number and break phrases. */
const mostPositions = 16_000
/** The server keeps 255 positions of a word and forgets the rest. */
const mostPositionsOfWord = 255
/** A tsvector ends at 1 MB; each lexeme and position costs beside its bytes, hence the distance. */
const mostVectorBytes = 600_000

interface OpenRow {
  /** UTF-16 offset of the row in the text. */
  readonly start: number
  /** Position of the token before the row: positions start at 1 again. */
  readonly before: number
  readonly positions: Map<string, number[]>
  end: number
  textBytes: number
  vectorBytes: number
  dropped: number
}

/** Cuts a text into rows a tsvector can hold, at word starts. Text without a single word gives no row. */
export function* textRows(text: string): Generator<TextRow> {
  let row = openRow(0, 0)
  for (const token of tokenize(text)) {
    const length = Buffer.byteLength(token.word)
    const textBytes = Buffer.byteLength(text.slice(row.end, token.end))
    if (isFull(row, token, textBytes)) {
      // A pair reaches one letter beyond the start of the next: that letter stands in both rows.
      yield closeRow(row, text.slice(row.start, Math.max(token.start, row.end)))
      row = openRow(token.start, token.position - 1)
    }
    row.textBytes += textBytes
    row.end = Math.max(row.end, token.end)
    if (length > longestWord) row.dropped += 1
    else add(row, token, length)
  }
  if (row.end > row.start) yield closeRow(row, text.slice(row.start))
}

function openRow(start: number, before: number): OpenRow {
  return { start, before, positions: new Map(), end: start, textBytes: 0, vectorBytes: 0, dropped: 0 }
}

function isFull(row: OpenRow, token: Token, textBytes: number): boolean {
  if (row.end === row.start) return false
  return (
    row.textBytes + textBytes > mostTextBytes ||
    token.position - row.before > mostPositions ||
    row.vectorBytes > mostVectorBytes ||
    (row.positions.get(token.word)?.length ?? 0) >= mostPositionsOfWord
  )
}

function add(row: OpenRow, token: Token, length: number): void {
  const position = token.position - row.before
  const positions = row.positions.get(token.word)
  if (positions) positions.push(position)
  else row.positions.set(token.word, [position])
  row.vectorBytes += positions ? 2 : length + 12
}

function closeRow(row: OpenRow, text: string): TextRow {
  const lexemes: string[] = []
  for (const [word, positions] of row.positions) lexemes.push(`'${word}':${positions.join(',')}`)
  return { text, words: lexemes.join(' '), dropped: row.dropped }
}
