import type { Config } from '../../config/load.ts'
import { lookUp } from '../../indexer/lookups.ts'
import { makeDocument } from '../../indexer/make-document.ts'
import type { Repository } from '../../repository/repository.ts'
import type { SearchAnswer } from '../../shards/engine.ts'
import { someIndexedItem } from '../../state/audit/first-questions.ts'
import type { Connection } from '../../state/connection.ts'

/** The longest word of a page in the middle of an indexed item: something to search for in a library we do not know. */
export async function wordOf(
  db: Connection,
  config: Config,
  repository: Repository,
  target: string,
): Promise<string | null> {
  const htid = await someIndexedItem(db, target)
  if (htid === null) return null
  const document = await makeDocument(config, repository, await lookUp(db, [htid]), { htid, rev: 0, fence: 0 })
  const pages = document.pages.filter((page) => page.length > 0)
  const page = pages[Math.trunc(pages.length / 2)]
  if (page === undefined) return null
  const text = JSON.parse(`"${document.json.toString('utf8', page.offset, page.offset + page.length)}"`) as string
  const words = text.match(/\p{L}{4,20}/gu) ?? text.match(/\p{L}+/gu) ?? []
  return words.toSorted((a, b) => b.length - a.length)[0] ?? null
}

/** Hits with page labels and highlighted snippets. `mark` says how a match looks. */
export function hitLines(query: string, answer: SearchAnswer, mark: (match: string) => string): string[] {
  const lines = [`${answer.total} ${answer.total === 1 ? 'volume has' : 'volumes have'} "${query}"`]
  for (const hit of answer.hits) {
    const about = [hit.title, hit.author, hit.publishDate].filter(Boolean).join(' · ')
    lines.push(`  ${hit.id}  ${about}`)
    for (const page of hit.pages) {
      const label = page.label ? `p. ${page.label}` : `image ${page.order}`
      lines.push(
        `    ${label.padEnd(10)} ${page.snippet.replace(/\s+/g, ' ').replace(/<em>(.*?)<\/em>/g, (_, match: string) => mark(match))}`,
      )
    }
  }
  return lines
}
