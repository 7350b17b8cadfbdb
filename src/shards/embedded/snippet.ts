import type { Phrase, PhraseWord } from './query.ts'
import { type Token, tokenize } from './tokens.ts'

interface Mark {
  start: number
  end: number
  /** Which phrase matched here. */
  readonly phrase: number
}

/** Length of a snippet in UTF-16 units, marks left out. */
const snippetLength = 240
const lead = 60

/**
 * The stretch of a text that shows most of the phrases, its matches between `<em>` and `</em>`, white space folded to
 * one blank, `…` where it was cut. The marked words are exactly those the index matched, as both are read by the same
 * tokenizer. Empty when nothing matches.
 */
export function snippet(text: string, phrases: readonly Phrase[]): string {
  const marks = merge(findMarks([...tokenize(text)], phrases))
  const first = bestMark(marks)
  if (!first) return ''
  const start = cutStart(text, Math.max(0, Math.min(first.start - lead, text.length - snippetLength)))
  const end = cutEnd(text, start + snippetLength, first.end)
  let marked = ''
  let at = start
  for (const mark of marks) {
    if (mark.start < start || mark.end > end) continue
    marked += `${text.slice(at, mark.start)}<em>${text.slice(mark.start, mark.end)}</em>`
    at = mark.end
  }
  marked += text.slice(at, end)
  return `${start > 0 ? '…' : ''}${marked.replace(/\s+/g, ' ').trim()}${end < text.length ? '…' : ''}`
}

function findMarks(tokens: readonly Token[], phrases: readonly Phrase[]): Mark[] {
  const byPosition = new Map(tokens.map((token) => [token.position, token]))
  const marks: Mark[] = []
  for (const token of tokens) {
    for (const [index, phrase] of phrases.entries()) {
      const found = occurrence(byPosition, token.position, phrase)
      if (found) for (const part of found) marks.push({ ...part, phrase: index })
    }
  }
  return marks
}

function occurrence(
  tokens: ReadonlyMap<number, Token>,
  position: number,
  phrase: Phrase,
): { start: number; end: number }[] | null {
  const found: { start: number; end: number }[] = []
  for (const word of phrase) {
    const token = tokens.get(position + word.distance)
    if (!token || !matches(token, word)) return null
    // Of a pair found by its first letter only that letter is the match.
    const end = word.prefix && token.kind === 'pair' ? firstLetterEnd(token, tokens) : token.end
    found.push({ start: token.start, end })
  }
  return found
}

function matches(token: Token, word: PhraseWord): boolean {
  return word.prefix ? token.word.startsWith(word.word) : token.word === word.word
}

// In a run of pairs the next token begins with the second letter of this one.
function firstLetterEnd(token: Token, tokens: ReadonlyMap<number, Token>): number {
  return tokens.get(token.position + 1)?.start ?? token.end
}

/** Marks in text order; overlapping and touching ones (pairs of one run) as one. */
function merge(marks: Mark[]): Mark[] {
  const merged: Mark[] = []
  for (const mark of marks.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1)
    if (last && mark.start <= last.end) last.end = Math.max(last.end, mark.end)
    else merged.push({ ...mark })
  }
  return merged
}

/** The mark that begins the stretch with the most different phrases, then the most marks, then the earliest. */
function bestMark(marks: readonly Mark[]): Mark | null {
  let best: Mark | null = null
  let bestScore = 0
  for (const [index, mark] of marks.entries()) {
    const phrases = new Set<number>()
    let count = 0
    for (let next = index; next < marks.length && marks[next]!.end <= mark.start - lead + snippetLength; next++) {
      phrases.add(marks[next]!.phrase)
      count += 1
    }
    const score = phrases.size * 1_000 + count
    if (!best || score > bestScore) [best, bestScore] = [mark, score]
  }
  return best
}

// Cuts fall on white space where there is some near by, else between two code points.
function cutStart(text: string, wanted: number): number {
  if (wanted === 0) return 0
  const blank = text.slice(wanted, wanted + lead).search(/\s/)
  return codePointEdge(text, blank < 0 ? wanted : wanted + blank)
}

function cutEnd(text: string, wanted: number, least: number): number {
  if (wanted >= text.length || least >= text.length) return text.length
  const from = Math.max(least, wanted - lead)
  const blank = text.slice(from, wanted).search(/\s\S*$/)
  return blank < 0 ? codePointEdge(text, Math.max(least, wanted)) : from + blank
}

function codePointEdge(text: string, offset: number): number {
  const unit = text.charCodeAt(offset)
  return unit >= 0xdc00 && unit <= 0xdfff ? offset - 1 : offset
}
