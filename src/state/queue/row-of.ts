/**
 * PostgreSQL: how a statement finds the row of each item it is about: item by item, by the key.
 *
 * A queue is empty most of the time, and once a vacuum has seen it so the planner takes it for one row until the next
 * look, however many came since. To read all of it, or all of a target, then seems as cheap as to look one item up, and
 * each row was compared with each item: 15 million comparisons for a page of a thousand items of 15,000. So no way is left
 * but the key: the target is no constant, by which alone rows could be found, for it comes with the items, from a list
 * the planner cannot look into; and it is compared by = ANY, for to serve a merge by = the index would be read from end
 * to end.
 */
export const isRow = (row: string, item: string): string =>
  `${isKey(`${row}.target`, `${item}.target`)} AND ${row}.htid = ${item}.htid`

/** The same for a column that is the whole key. */
export const isKey = (column: string, value: string): string => `${column} = ANY(ARRAY[${value}])`

/**
 * The CTE `asked`: the items of a list in a target, each with its place `at` in it, from 1. With further lists beside that
 * of the ids, `columns` names what they hold.
 */
export const asked = (target: string, lists: string, columns = 'htid'): string =>
  `asked AS MATERIALIZED (
  SELECT ${target}::text AS target, d.* FROM unnest(${lists}) WITH ORDINALITY AS d (${columns}, at))`

/** As a join: the ledger row `l` of the row `item`, or nulls. */
export const withLedger = (target: string, item: string): string => `
  LEFT JOIN LATERAL (SELECT * FROM slip_indexed i WHERE i.target = ${target} AND i.htid = ${item}.htid LIMIT 1) l ON true`

/**
 * True once these parts of the statement, of which each returns rows, are done. Asked once, before the first row is looked
 * for.
 */
export const after = (...parts: readonly string[]): string =>
  parts.map((part) => `(SELECT count(*) FROM ${part}) >= 0`).join(' AND ')

/**
 * That an error is unresolved, in words that are not those of an index: an index of all that is unresolved would be
 * read from end to end, like a table of one row.
 */
export const isOpen = 'num_nulls(resolved_at) = 1'
