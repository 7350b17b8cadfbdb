import type { Config } from '../../config/load.ts'
import { AskedSources } from '../../indexer/asked-sources.ts'
import { lookUp } from '../../indexer/lookups.ts'
import { makeDocument } from '../../indexer/make-document.ts'
import type { Repository } from '../../repository/repository.ts'
import { someIndexedItem } from '../../state/audit/first-questions.ts'
import type { Connection } from '../../state/connection.ts'

/** The longest word of a page in the middle of an indexed item: something to search for in a library we do not know. */
export async function knownWord(
  db: Connection,
  config: Config,
  repository: Repository,
  target: string,
): Promise<string | null> {
  const htid = await someIndexedItem(db, target)
  if (htid === null) return null
  const asked = new AskedSources(config, null)
  const lookups = await lookUp(db, [htid], asked).finally(() => asked.close())
  const document = await makeDocument(config, repository, lookups, { htid, rev: 0, fence: 0 })
  const pages = document.pages.filter((page) => page.length > 0)
  const page = pages[Math.trunc(pages.length / 2)]
  if (page === undefined) return null
  const text = JSON.parse(`"${document.json.toString('utf8', page.offset, page.offset + page.length)}"`) as string
  const words = text.match(/\p{L}{4,20}/gu) ?? text.match(/\p{L}+/gu) ?? []
  return words.toSorted((a, b) => b.length - a.length)[0] ?? null
}
