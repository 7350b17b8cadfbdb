import { type Code, errorCodes } from '../../errors/codes.ts'
import type { SearchAnswer } from '../../shards/engine.ts'
import type { Answer } from '../../state/audit/first-questions.ts'
import { plural } from '../units.ts'
import type { DemoResult } from './run.ts'

const rowsShown = 20

/** What came of a demo, line by line; matches are bold on a terminal. */
export function resultLines(result: DemoResult, terminal: boolean): string[] {
  const { finished, progress, leftOut, answers, search, seconds } = result
  const { items, indexed, deleted, errors, pages } = progress
  const counts = `${plural(items, 'item')}, ${indexed} indexed (${plural(pages, 'page')}), ${deleted} absent, ${plural(errors, 'error')}`
  if (!finished) {
    return [`stopped after ${seconds} s, before it was at rest: ${counts}`, 'the same command without --fresh goes on']
  }
  const mark = (match: string) => (terminal ? `\x1b[1m${match}\x1b[0m` : `*${match}*`)
  return [
    `at rest after ${seconds} s: ${counts}`,
    ...(leftOut > 0 ? [`not in the repository, and so out of scope: ${plural(leftOut, 'item')} of the catalogue`] : []),
    '',
    ...(search === null ? ['nothing with text to search for'] : hitLines(search.query, search.answer, mark)),
    ...answers.flatMap(answerLines),
    ...adviceLines(answers),
  ]
}

function answerLines({ title, sql, rows }: Answer): string[] {
  const shown = rows
    .slice(0, rowsShown)
    .map((row) => Object.entries(row).map(([key, value]) => `${key} ${value ?? '–'}`))
    .map((cells) => `  → ${cells.join(', ')}`)
  const rest = rows.length === 0 ? ['  → none'] : moreLine(rows.length - shown.length)
  return ['', title, sql.replace(/^/gm, '  '), ...shown, ...rest]
}

const moreLine = (more: number): string[] => (more > 0 ? [`  … and ${more} more`] : [])

/** For each code among the errors what a person does about it. */
function adviceLines(answers: readonly Answer[]): string[] {
  const codes = new Set(answers.flatMap(({ rows }) => rows.map((row) => row.code)).filter((code) => code !== undefined))
  if (codes.size === 0) return []
  return ['', 'what to do about them', ...[...codes].map((code) => `  ${code}: ${errorCodes[code as Code].advice}`)]
}

/** Hits with page labels and highlighted snippets. */
function hitLines(query: string, { total, hits }: SearchAnswer, mark: (match: string) => string): string[] {
  const lines = [`${total} ${total === 1 ? 'volume has' : 'volumes have'} "${query}"`]
  for (const hit of hits) {
    lines.push(`  ${[hit.id, hit.title, hit.author, hit.publishDate].filter(Boolean).join(' · ')}`)
    for (const { label, order, snippet } of hit.pages) {
      const where = label ? `p. ${label}` : `image ${order}`
      const text = snippet.replace(/\s+/g, ' ').replace(/<em>(.*?)<\/em>/g, (_, match: string) => mark(match))
      lines.push(`    ${where.padEnd(10)} ${text}`)
    }
  }
  return [...lines, ...moreLine(total - hits.length)]
}
