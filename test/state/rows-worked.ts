import type { Connection } from '../../src/state/connection.ts'
import type { Statement } from './recorded.ts'
import { rowsRead } from './rows-read.ts'

/** How PostgreSQL plans a statement with parameters: for its values, or once and for any. */
export const planModes = ['force_custom_plan', 'force_generic_plan'] as const
export type PlanMode = (typeof planModes)[number]

interface Node {
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Join Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly Node[]
}

/**
 * PostgreSQL: how many rows a statement handles, those that a step of its plan looks at and throws away too, each step by
 * itself. It is run and undone.
 */
export async function rowsWorked(tx: Connection, { sql, values }: Statement, mode: PlanMode): Promise<number> {
  await tx.query('SAVEPOINT before_work')
  await tx.query(`SET LOCAL plan_cache_mode = ${mode}`)
  await tx.query(`PREPARE work AS ${sql}`)
  const given = values.length === 0 ? '' : `(${values.map(literal).join(', ')})`
  const [row] = await tx.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
    `EXPLAIN (ANALYZE, TIMING off, FORMAT JSON) EXECUTE work${given}`,
  )
  await tx.query('DEALLOCATE work')
  await tx.query('ROLLBACK TO SAVEPOINT before_work')
  return handled(row!['QUERY PLAN'][0].Plan)
}

function handled(node: Node): number {
  const removed = ['Filter', 'Join Filter', 'Index Recheck'] as const
  const each = removed.reduce((sum, by) => sum + (node[`Rows Removed by ${by}`] ?? 0), node['Actual Rows'])
  return each * node['Actual Loops'] + (node.Plans ?? []).reduce((sum, part) => sum + handled(part), 0)
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (Array.isArray(value)) return quoted(`{${value.map(element).join(',')}}`)
  return quoted(String(value))
}

const element = (value: unknown) =>
  value === null || value === undefined ? 'NULL' : `"${String(value).replace(/["\\]/g, '\\$&')}"`

/** MySQL: how many rows work reads. */
export async function rowsReadBy(tx: Connection, work: () => Promise<unknown>): Promise<number> {
  const before = await rowsRead(tx)
  await work()
  return (await rowsRead(tx)) - before
}
