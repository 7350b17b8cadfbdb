import type pg from 'pg'
import type { PageHit, SearchAnswer, SearchHit, SearchOptions } from '../engine.ts'
import { limitsOf } from '../search/limits.ts'
import { ownMarks } from '../search/marks.ts'
import { parseQuery, type Query } from '../search/query.ts'
import { asksForSomething, textField } from '../search/scope.ts'
import { snippet } from '../search/snippet.ts'
import { type ItemRow, itemOf, shown } from './item-row.ts'
import { meets, Parameters } from './parameters.ts'
import { searchField } from './search-field.ts'
import { ask } from './server.ts'
import { indexedPart, tsquery } from './tsquery.ts'

interface HitRow extends ItemRow {
  readonly total: number
  readonly score: number
  readonly pages: readonly { order: number; label: string | null; text: string }[]
}

/** See Engine.search. */
export async function searchIndex(
  pool: pg.Pool,
  target: string,
  text: string,
  options: SearchOptions,
): Promise<SearchAnswer> {
  const asked = parseQuery(text)
  const query = indexedPart(asked)
  // a word that no row can hold is in none
  const isThere = query.wanted.length === asked.wanted.length
  if (!isThere || !asksForSomething(query, options)) return { total: 0, hits: [] }
  const limits = { ...options, ...limitsOf(options) }
  const { field } = options
  if (field !== undefined && field !== textField) return searchField(pool, target, query, { ...limits, field })
  const parameters = new Parameters()
  const statement = (query.wanted.length === 0 ? filteredItems : matchingItems)(query, limits, parameters)
  const rows = await ask<HitRow>(pool, target, { text: statement, values: parameters.values })
  return { total: rows[0]?.total ?? 0, hits: rows.map((row) => hitOf(row, query)) }
}

/** Page 0 is the catalogue text. */
const isSearched = (page: string, { field }: SearchOptions) => (field === undefined ? 'true' : `${page}.page > 0`)

/** True where no page of the item has an excluded phrase; `own` is a row with its shard and id. */
function lacksExcluded({ excluded }: Query, own: string, options: SearchOptions, parameters: Parameters): string {
  if (excluded.length === 0) return 'true'
  const words = parameters.of(tsquery(excluded, '|'))
  return `NOT EXISTS (SELECT FROM page AS other
                      WHERE other.shard = ${own}.shard AND other.id = ${own}.id AND ${isSearched('other', options)}
                        AND other.words @@ ${words}::tsquery)`
}

/** Those that the filters let through, where no words are asked for. */
function filteredItems(query: Query, options: SearchOptions, parameters: Parameters): string {
  return `
    SELECT count(*) OVER () AS total, id, shard, 0 AS score, ${shown}, '{}'::json[] AS pages
    FROM document
    WHERE NOT deleted AND ${meets(options.filters, parameters)} AND ${lacksExcluded(query, 'document', options, parameters)}
    ORDER BY id LIMIT ${parameters.of(options.limit)}`
}

// The wanted words meet within a page (or within the catalogue text); an excluded one anywhere drops the item. An item
// scores as its best page does: a sum would favour thick books.
function matchingItems(query: Query, options: SearchOptions, parameters: Parameters): string {
  const words = `${parameters.of(tsquery(query.wanted, '&'))}::tsquery`
  return `
  WITH matched AS MATERIALIZED (
    SELECT shard, id, page, part, ts_rank_cd(words, ${words}, 1) AS rank
    FROM page
    WHERE words @@ ${words} AND ${isSearched('page', options)} AND ${lacksExcluded(query, 'page', options, parameters)}
      AND ${isOfFiltered(options, parameters)}
  ), item AS (
    SELECT shard, id, max(rank) AS score, count(*) OVER () AS total FROM matched GROUP BY shard, id
    ORDER BY score DESC, id LIMIT ${parameters.of(options.limit)}
  )
  SELECT item.total, item.id, item.shard, item.score, ${shown},
         ARRAY(SELECT json_build_object('order', page."order", 'label', page.label, 'text', page.text)
               FROM (SELECT page, min(part) AS part, rank FROM
                      (SELECT page, part, rank, max(rank) OVER (PARTITION BY page) AS best FROM matched
                       WHERE matched.shard = item.shard AND matched.id = item.id AND page > 0) AS ranked
                     WHERE rank = best GROUP BY page, rank ORDER BY rank DESC, page
                     LIMIT ${parameters.of(options.pagesPerHit)}) AS top
               JOIN page ON page.shard = item.shard AND page.id = item.id AND page.page = top.page AND page.part = top.part
               ORDER BY top.rank DESC, top.page) AS pages
  FROM item JOIN document ON document.shard = item.shard AND document.id = item.id
  ORDER BY score DESC, id`
}

function isOfFiltered({ filters = [] }: SearchOptions, parameters: Parameters): string {
  if (filters.length === 0) return 'true'
  return `EXISTS (SELECT FROM document
                  WHERE document.shard = page.shard AND document.id = page.id AND ${meets(filters, parameters)})`
}

function hitOf(row: HitRow, query: Query): SearchHit {
  return {
    ...itemOf(row),
    score: row.score,
    pages: row.pages.map(
      (page): PageHit => ({
        order: page.order,
        label: page.label,
        snippet: snippet(page.text, ownMarks(page.text, query.wanted)),
      }),
    ),
  }
}
