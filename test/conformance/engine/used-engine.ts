import type {
  Engine,
  IndexDocument,
  Outcome,
  PageText,
  SearchAnswer,
  SearchOptions,
} from '../../../src/shards/engine.ts'

/** An engine as SLIP uses it: what is done is committed, and who searches can read the pages of what was posted. */
export interface UsedEngine extends Omit<Engine, 'search'> {
  search(query: string, options: Omit<SearchOptions, 'pagesOf'>): Promise<SearchAnswer>
}

/** What was posted and done, by id: the document with the highest fence. One for all connections to an index. */
export type Posted = Map<string, IndexDocument>

export function usedEngine(engine: Engine, posted: Posted): UsedEngine {
  const committed = async (shard: number, outcomes: Outcome[]) => {
    if (outcomes.some(({ kind }) => kind === 'done')) await engine.commit(shard, 'visible')
    return outcomes
  }
  return {
    ...engine,
    post: async (shard, documents) => {
      const outcomes = await engine.post(shard, documents)
      for (const [index, document] of documents.entries()) {
        const before = posted.get(document.id)?.fence ?? 0
        if (outcomes[index]?.kind === 'done' && document.fence >= before) posted.set(document.id, document)
      }
      return committed(shard, outcomes)
    },
    remove: async (shard, removals) => committed(shard, await engine.remove(shard, removals)),
    search: (query, options) => engine.search(query, { ...options, pagesOf: async (id) => pagesOf(posted.get(id)) }),
  }
}

/** The pages of a document that have text. */
function pagesOf(document: IndexDocument | undefined): PageText[] {
  if (document === undefined) throw new Error('a hit that was never posted')
  return document.pages
    .filter(({ length }) => length > 0)
    .map(({ order, label, offset, length }) => ({
      order,
      label,
      text: JSON.parse(`"${document.json.toString('utf8', offset, offset + length)}"`),
    }))
}

/** For an engine that keeps the text and asks for none. */
export const noPages = async (id: string): Promise<never> => {
  throw new Error(`the pages of ${id} are not here`)
}
