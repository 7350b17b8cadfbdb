import type { Mark } from './marks.ts'

/** Length of a snippet in UTF-16 units, marks left out. */
const snippetLength = 240
const lead = 60

/**
 * The stretch of a text that shows most of the phrases, its matches between `<em>` and `</em>`, white space folded to
 * one blank, `…` where it was cut. Empty when nothing matches.
 *
 * @param marks in text order, none overlapping another
 */
export function snippet(text: string, marks: readonly Mark[]): string {
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

/** The mark that begins the stretch with the most different phrases, then the most marks, then the earliest. */
export function bestMark(marks: readonly Mark[]): Mark | null {
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
