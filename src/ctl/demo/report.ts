import { type Code, errorCodes } from '../../errors/codes.ts'
import type { SearchAnswer } from '../../shards/engine.ts'
import type { Answer } from '../../state/audit/first-questions.ts'
import { asTyped } from '../next-step.ts'
import { plural } from '../units.ts'
import type { DemoResult } from './run.ts'

const rowsShown = 20

/** What came of a demo, line by line; matches are bold on a terminal. `config`: its configuration, as typed. */
export function resultLines(result: DemoResult, terminal: boolean, config: string): string[] {
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
    ...adviceLines(answers, config),
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

/** For each code among the errors what a person does about it, with the first item that has it. */
function adviceLines(answers: readonly Answer[], config: string): string[] {
  const failed = answers.flatMap(({ rows }) => rows).filter(({ code }) => code !== undefined)
  const firsts = [...Map.groupBy(failed, ({ code }) => code)].map(([code, [first]]) => ({ code, htid: first?.htid }))
  if (firsts.length === 0) return []
  const lines = firsts.map(({ code, htid }) => {
    const { advice } = errorCodes[code as Code]
    return `  ${code}: ${asTyped(advice, { json: false, config }, String(htid))}`
  })
  return ['', 'what to do about them', ...lines]
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
