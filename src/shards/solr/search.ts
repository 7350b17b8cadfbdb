import { z } from 'zod'
import type { PageHit, SearchAnswer, SearchHit, SearchOptions } from '../engine.ts'
import { type FindPages, pageFinder } from '../search/best-pages.ts'
import { catalogueFields } from '../search/catalogue-fields.ts'
import { limitsOf } from '../search/limits.ts'
import type { Phrase, Query } from '../search/query.ts'
import { asksForSomething, type Filter, queryIn, type Scope, textField } from '../search/scope.ts'
import { shardNumbers } from '../shard-numbers.ts'
import { analyser } from './analyse.ts'
import type { Cores } from './cores.ts'
import { live, quoted, searchShard } from './read.ts'

const values = z.array(z.string()).optional()
const hitShape = z.object({
  id: z.string(),
  score: z.number(),
  /** Above 0 when a phrase is in the text. */
  inText: z.number(),
  title: values,
  author: values,
  publishDate: values,
})
type HitDocument = z.infer<typeof hitShape>

/**
 * See Engine.search. Every shard is asked for all that may be shown, and the best of all are: scores are comparable as far
 * as the shards are alike. A phrase is given to Solr in quotation marks, so nothing a person types is an operator.
 */
export async function searchIndex(
  cores: Cores,
  shards: number,
  text: string,
  options: SearchOptions,
): Promise<SearchAnswer> {
  const query = queryIn(text, options)
  if (!asksForSomething(query, options)) return { total: 0, hits: [] }
  const { limit, pagesPerHit } = limitsOf(options)
  const request = requestOf(query, options, limit)
  const numbers = shardNumbers(shards)
  const answers = await Promise.all(
    numbers.map(async (shard) => ({ shard, ...(await searchShard(cores, shard, hitShape, request)).response })),
  )
  const best = answers
    .flatMap(({ shard, docs }) => docs.map((document) => ({ shard, document })))
    .sort((a, b) => b.document.score - a.document.score || (a.document.id < b.document.id ? -1 : 1))
    .slice(0, limit)
  const total = answers.reduce((sum, { numFound }) => sum + numFound, 0)
  const find = pagesPerHit === 0 ? null : await pageFinder(query.wanted, analyser(cores, 1))
  const hits: SearchHit[] = []
  for (const { shard, document } of best) {
    const pages = find === null ? [] : await pagesOf(document, find, { ...options, pagesPerHit })
    hits.push(hitOf(shard, document, pages))
  }
  return { total, hits }
}

function requestOf({ wanted, excluded }: Query, { field, filters = [] }: Scope, limit: number): object {
  const searched = field === undefined ? [textField, ...catalogueFields] : [field]
  const inText = searched.includes(textField) ? wanted : []
  return {
    query:
      wanted.length + excluded.length === 0
        ? '*:*'
        : {
            bool: {
              must: wanted.map((phrase) => inAny(searched, phrase)),
              must_not: excluded.map((phrase) => inAny(searched, phrase)),
            },
          },
    queries: { text: { bool: { should: inText.map(({ text }) => fieldQuery(textField, text)) } } },
    // a tombstone has an id and a fence, and the marker too
    filter: [live, ...filters.map(filterQuery)],
    fields: ['id', 'score', 'title', 'author', 'publishDate', 'inText:query($text,0)'],
    sort: 'score desc, id asc',
    limit,
  }
}

/**
 * A value as a phrase, by the analysis of the field. Where that leaves nothing of it, it is a query that matches nothing; of
 * Solr's parser `field` it would be none at all, which no other can hold.
 */
const fieldQuery = (field: string, value: string) => ({ lucene: { query: `${field}:${quoted(value)}` } })

const inAny = (fields: readonly string[], { text }: Phrase) => ({
  bool: { should: fields.map((field) => fieldQuery(field, text)) },
})

const filterQuery = ({ field, values }: Filter) => ({
  bool: { should: values.map((value) => fieldQuery(field, value)) },
})

async function pagesOf({ id, inText }: HitDocument, find: FindPages, options: SearchOptions): Promise<PageHit[]> {
  return inText > 0 ? find(await options.pagesOf(id), options.pagesPerHit) : []
}

function hitOf(shard: number, { id, score, title, author, publishDate }: HitDocument, pages: PageHit[]): SearchHit {
  const first = (values: readonly string[] | undefined) => values?.[0] ?? null
  return { id, shard, score, title: first(title), author: first(author), publishDate: first(publishDate), pages }
}
