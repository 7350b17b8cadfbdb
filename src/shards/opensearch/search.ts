import { z } from 'zod'
import type { PageHit, SearchAnswer, SearchHit, SearchOptions } from '../engine.ts'
import { pageFinder } from '../search/best-pages.ts'
import { catalogueFields } from '../search/catalogue-fields.ts'
import { limitsOf } from '../search/limits.ts'
import type { Phrase } from '../search/query.ts'
import { asksForSomething, type Filter, queryIn, textField } from '../search/scope.ts'
import { analyseBy } from './analyse.ts'
import { shardOf } from './names.ts'
import type { Server } from './server.ts'
import { search, searchedShape } from './whole-search.ts'

const valuesShape = z.array(z.string()).optional()
const itemShape = z.object({
  _index: z.string(),
  _id: z.string(),
  _score: z.number(),
  _source: z.object({ title: valuesShape, author: valuesShape, publishDate: valuesShape }),
  /** Phrases that the text has, not only the catalogue. */
  matched_queries: z.array(z.string()).optional(),
})
type FoundItem = z.infer<typeof itemShape>

const foundShape = searchedShape.extend({
  hits: z.object({ total: z.object({ value: z.number() }), hits: z.array(itemShape) }),
})

/** See Engine.search. */
export async function searchItems(server: Server, text: string, options: SearchOptions): Promise<SearchAnswer> {
  const { wanted, excluded } = queryIn(text, options)
  if (!asksForSomething({ wanted, excluded }, options)) return { total: 0, hits: [] }
  const { field, filters = [] } = options
  const { limit, pagesPerHit } = limitsOf(options)
  const query = {
    query: {
      bool: {
        must: wanted.map((phrase, place) => clauseOf(phrase, field, `text ${place}`)),
        must_not: excluded.map((phrase) => clauseOf(phrase, field)),
        filter: filters.map(filterOf),
      },
    },
    sort: ['_score', { id: 'asc' }],
    size: limit,
    track_total_hits: true,
    _source: ['title', 'author', 'publishDate'],
  }
  const { hits } = await search(server, undefined, query, foundShape)
  const findPages = hits.hits.length > 0 && pagesPerHit > 0 ? await pageFinder(wanted, analyseBy(server, 1)) : null
  const answer: SearchHit[] = []
  // one after the other: the text of a hit is a megabyte
  for (const item of hits.hits) {
    const has = findPages !== null && item.matched_queries !== undefined
    const pages = has ? await findPages(await options.pagesOf(item._id), pagesPerHit) : []
    answer.push(hitOf(server, item, pages))
  }
  return { total: hits.total.value, hits: answer }
}

/**
 * An item that has the phrase in a field; without one, in its text or in a field of the catalogue.
 *
 * @param name by which a hit tells that its text has it; of two clauses of one name the last would count
 */
function clauseOf({ text }: Phrase, field: string | undefined, name?: string): object {
  if (field !== undefined && field !== textField) return { match_phrase: { [field]: text } }
  const inText = { match_phrase: { [textField]: { query: text, ...(name === undefined ? {} : { _name: name }) } } }
  if (field !== undefined) return inText
  return { dis_max: { queries: [inText, { multi_match: { query: text, type: 'phrase', fields: catalogueFields } }] } }
}

const filterOf = ({ field, values }: Filter) => ({ terms: { [field]: values } })

function hitOf({ index }: Server, { _index, _id, _score, _source }: FoundItem, pages: PageHit[]): SearchHit {
  return {
    id: _id,
    shard: shardOf(index, _index) ?? 0,
    score: _score,
    title: _source.title?.[0] ?? null,
    author: _source.author?.[0] ?? null,
    publishDate: _source.publishDate?.[0] ?? null,
    pages,
  }
}
