import type { Connection } from '../../src/state/connection.ts'
import type { Statement } from './recorded.ts'

/** How a database means to do a statement. */
export interface Plan {
  /** Indexes it uses; TABLE_place where rows are found by their place in the table (PostgreSQL). */
  readonly indexes: readonly string[]
  /** Tables it reads from end to end, be it by way of an index. */
  readonly scanned: readonly string[]
  /** A table's rows are sorted before some of them are taken: all would be read, and on MySQL locked. */
  readonly sorts: boolean
  /** By table, how the rows that are deleted are found (PostgreSQL): the nodes of its plan, from above. */
  readonly deletes: Readonly<Record<string, readonly string[]>>
}

/** Sorting what a batch found costs nothing. */
const batchLike = 1_000

/**
 * The plans for a statement: on PostgreSQL the one for these values and, where it seems as cheap, the one for any values,
 * which a prepared statement then changes to. Nothing is run.
 */
export async function plansOf(db: Connection, { sql, values }: Statement): Promise<Plan[]> {
  if (db.dialect === 'mysql') return [mysqlPlan(await db.query<MysqlRow>(`EXPLAIN ${sql}`, values))]
  const custom = rootOf(await db.query<Explained>(`EXPLAIN (FORMAT JSON) ${sql}`, values))
  const generic = rootOf(await db.query<Explained>(`EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${sql}`))
  const isTaken = generic['Total Cost'] <= custom['Total Cost'] + planningCost
  return (isTaken ? [custom, generic] : [custom]).map(postgresPlan)
}

/** About what the server adds to a plan that it must make each time. */
const planningCost = 50

const rootOf = ([row]: readonly Explained[]): Node => {
  if (row === undefined) throw new Error('EXPLAIN gave no plan')
  return row['QUERY PLAN'][0].Plan
}

interface Explained extends Record<string, unknown> {
  readonly 'QUERY PLAN': [{ readonly Plan: Node }]
}

interface Node {
  readonly 'Node Type': string
  readonly 'Plan Rows': number
  readonly 'Total Cost': number
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly 'Relation Name'?: string
  readonly Operation?: string
  readonly 'Parent Relationship'?: string
  readonly Plans?: readonly Node[]
}

function postgresPlan(root: Node): Plan {
  const nodes = nodesOf(root)
  return {
    indexes: [...new Set(nodes.flatMap((node) => indexOf(node) ?? []))],
    scanned: nodes.filter(isWhole).map((node) => node['Relation Name'] ?? ''),
    sorts: nodes.some(
      (node) =>
        (isSort(node) && node['Plan Rows'] > batchLike) ||
        (node['Node Type'] === 'Limit' && (node.Plans ?? []).flatMap(nodesOf).some(isSort)),
    ),
    deletes: Object.fromEntries(nodes.filter(({ Operation }) => Operation === 'Delete').map(searchOf)),
  }
}

/** What asks for something once before it begins is left out. */
const searchOf = (node: Node) => {
  const found = (node.Plans ?? []).filter((part) => part['Parent Relationship'] === 'Outer').flatMap(nodesOf)
  return [node['Relation Name'], found.map((part) => part['Node Type']).filter((type) => type !== 'Result')]
}

const indexOf = (node: Node) =>
  node['Node Type'] === 'Tid Scan' ? `${node['Relation Name']}_place` : node['Index Name']

const isWhole = (node: Node) =>
  node['Node Type'] === 'Seq Scan' || (/^Index/.test(node['Node Type']) && node['Index Cond'] === undefined)

const isSort = (node: Node) => node['Node Type'] === 'Sort'

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

interface MysqlRow extends Record<string, unknown> {
  readonly select_type: string
  readonly table: string | null
  readonly type: string | null
  readonly key: string | null
  readonly rows: number | string | null
  readonly Extra: string | null
}

/** What is inserted into has a line of its own, of type ALL though nothing is read. */
function mysqlPlan(lines: readonly MysqlRow[]): Plan {
  const rows = lines.filter((line) => line.select_type !== 'INSERT')
  return {
    indexes: rows.flatMap(({ key }) => key ?? []),
    scanned: rows.filter(({ type }) => type === 'ALL' || type === 'index').map(({ table }) => table ?? ''),
    sorts: rows.some(({ Extra, rows: read }) => /filesort/.test(Extra ?? '') && Number(read) > batchLike),
    deletes: {},
  }
}
