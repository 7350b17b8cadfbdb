import type pg from 'pg'
import type { PageHit, SearchAnswer, SearchHit, SearchOptions } from '../engine.ts'
import { limitsOf } from '../search/limits.ts'
import { ownMarks } from '../search/marks.ts'
import { parseQuery, type Query } from '../search/query.ts'
import { snippet } from '../search/snippet.ts'
import { fieldTexts } from './document.ts'
import { ask } from './server.ts'
import { indexedPart, tsquery } from './tsquery.ts'

interface HitRow {
  readonly total: number
  readonly id: string
  readonly shard: number
  readonly score: number
  readonly title: unknown
  readonly author: unknown
  readonly publishDate: unknown
  readonly pages: readonly { order: number; label: string | null; text: string }[]
}

const excludes = `
  AND NOT EXISTS (SELECT FROM page AS other
                  WHERE other.shard = page.shard AND other.id = page.id AND other.words @@ $4::tsquery)`

// The wanted words meet within a page (or within the catalogue text); an excluded one anywhere drops the item. An item
// scores as its best page does: a sum would favour thick books.
const statement = (excluding: boolean) => `
  WITH matched AS MATERIALIZED (
    SELECT shard, id, page, part, ts_rank_cd(words, $1::tsquery, 1) AS rank
    FROM page
    WHERE words @@ $1::tsquery ${excluding ? excludes : ''}
  ), item AS (
    SELECT shard, id, max(rank) AS score, count(*) OVER () AS total FROM matched GROUP BY shard, id
    ORDER BY score DESC, id LIMIT $2
  )
  SELECT item.total, item.id, item.shard, item.score, fields->'title' AS title, fields->'author' AS author,
         fields->'publishDate' AS "publishDate",
         ARRAY(SELECT json_build_object('order', page."order", 'label', page.label, 'text', page.text)
               FROM (SELECT page, min(part) AS part, rank FROM
                      (SELECT page, part, rank, max(rank) OVER (PARTITION BY page) AS best FROM matched
                       WHERE matched.shard = item.shard AND matched.id = item.id AND page > 0) AS ranked
                     WHERE rank = best GROUP BY page, rank ORDER BY rank DESC, page LIMIT $3) AS top
               JOIN page ON page.shard = item.shard AND page.id = item.id AND page.page = top.page AND page.part = top.part
               ORDER BY top.rank DESC, top.page) AS pages
  FROM item JOIN document ON document.shard = item.shard AND document.id = item.id
  ORDER BY score DESC, id`

/** See Engine.search. */
export async function searchPages(
  pool: pg.Pool,
  target: string,
  text: string,
  options: SearchOptions,
): Promise<SearchAnswer> {
  const query = indexedPart(parseQuery(text))
  if (query.wanted.length === 0) return { total: 0, hits: [] }
  const { limit, pagesPerHit } = limitsOf(options)
  const rows = await ask<HitRow>(pool, target, {
    text: statement(query.excluded.length > 0),
    values: [
      tsquery(query.wanted, '&'),
      limit,
      pagesPerHit,
      ...(query.excluded.length > 0 ? [tsquery(query.excluded, '|')] : []),
    ],
  })
  return { total: rows[0]?.total ?? 0, hits: rows.map((row) => hitOf(row, query)) }
}

function hitOf(row: HitRow, query: Query): SearchHit {
  return {
    id: row.id,
    shard: row.shard,
    score: row.score,
    title: fieldTexts(row.title)[0] ?? null,
    author: fieldTexts(row.author)[0] ?? null,
    publishDate: fieldTexts(row.publishDate)[0] ?? null,
    pages: row.pages.map(
      (page): PageHit => ({
        order: page.order,
        label: page.label,
        snippet: snippet(page.text, ownMarks(page.text, query.wanted)),
      }),
    ),
  }
}
