import type pg from 'pg'
import type { SearchAnswer, SearchHit } from '../engine.ts'
import { ownMarks } from '../search/marks.ts'
import type { Query } from '../search/query.ts'
import { broughtAs, type Filter } from '../search/scope.ts'
import { textSeparator, tokenize } from '../search/tokens.ts'
import { fieldTexts } from './document.ts'
import { type ItemRow, itemOf, shown } from './item-row.ts'
import { meets, Parameters } from './parameters.ts'
import { ask } from './server.ts'

interface FieldSearch {
  readonly field: string
  readonly filters?: readonly Filter[]
  readonly limit: number
}

interface Row extends ItemRow {
  readonly value: unknown
}

/** Documents read at a time. */
const pageSize = 1_000

/**
 * A search in one field of the catalogue. It has no index of its own: the field of every item that the filters let through
 * is read, by the words of every other search. Such a hit has no pages.
 */
export async function searchField(
  pool: pg.Pool,
  target: string,
  query: Query,
  { field, filters, limit }: FieldSearch,
): Promise<SearchAnswer> {
  let total = 0
  let best: SearchHit[] = []
  for await (const row of rowsOf(pool, target, field, filters)) {
    const score = scoreOf(fieldTexts(row.value).join(textSeparator), query)
    if (score === null) continue
    total += 1
    best.push({ ...itemOf(row), score, pages: [] })
    if (best.length >= limit + pageSize) best = firstOf(best, limit)
  }
  return { total, hits: firstOf(best, limit) }
}

const firstOf = (hits: SearchHit[], limit: number): SearchHit[] =>
  hits.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, limit)

async function* rowsOf(
  pool: pg.Pool,
  target: string,
  field: string,
  filters: readonly Filter[] | undefined,
): AsyncGenerator<Row> {
  let last: Pick<Row, 'shard' | 'id'> = { shard: 0, id: '' }
  for (;;) {
    const parameters = new Parameters()
    const name = parameters.of(broughtAs(field))
    const text = `
      SELECT shard, id, fields -> ${name}::text AS value, ${shown}
      FROM document
      WHERE NOT deleted AND (shard, id) > (${parameters.of(last.shard)}, ${parameters.of(last.id)})
        AND ${meets(filters, parameters)}
      ORDER BY shard, id LIMIT ${pageSize}`
    const rows = await ask<Row>(pool, target, { text, values: parameters.values })
    yield* rows
    if (rows.length < pageSize) return
    last = rows.at(-1)!
  }
}

/** How much of the field is what was asked for, above 0; null when the item is no hit. */
function scoreOf(text: string, { wanted, excluded }: Query): number | null {
  const isIn = (phrase: Query['wanted'][number]) => ownMarks(text, [phrase]).length > 0
  if (!wanted.every(isIn) || excluded.some(isIn)) return null
  return (ownMarks(text, wanted).length + 1) / (countOf(tokenize(text)) + 1)
}

function countOf(all: Iterable<unknown>): number {
  let count = 0
  for (const _ of all) count++
  return count
}
