import type { ForeignDatabase } from '../foreign/connect.ts'
import { quoted } from '../foreign/sql.ts'

/** Tables and columns of a source of holdings, as the configuration names them. */
export interface HoldingsNames {
  readonly kind: 'holdings'
  readonly table: string
  readonly columns: {
    readonly item: string
    readonly member: string
    /** `none`: there is no such column. */
    readonly access: string
  }
}

/** The same of collections: which items are in them, and how many. */
export interface CollectionsNames {
  readonly kind: 'collections'
  readonly table: string
  readonly columns: {
    readonly item: string
    readonly collection: string
  }
  readonly sizes: {
    readonly table: string
    readonly collection: string
    readonly items: string
  }
  /** A collection of more items is large. */
  readonly largerThan: number
}

export type MembershipNames = HoldingsNames | CollectionsNames

export interface Statement {
  readonly sql: string
  readonly values: readonly unknown[]
}

/** The rows of these items: `item`, `value`, `access`. One statement, whatever their number. */
export function rowsOfItems(
  dialect: ForeignDatabase['dialect'],
  names: MembershipNames,
  ids: readonly string[],
): Statement {
  const name = (text: string) => quoted(dialect, text)
  const isPostgres = dialect === 'postgres'
  if (names.kind === 'holdings') {
    const { item, member, access } = names.columns
    const count = access === 'none' ? 'NULL' : name(access)
    const select = `SELECT ${name(item)} AS item, ${name(member)} AS value, ${count} AS access FROM ${name(names.table)}`
    return { sql: `${select} WHERE ${name(item)} ${isPostgres ? '= ANY($1)' : 'IN (?)'}`, values: [ids] }
  }
  const { columns, sizes, largerThan } = names
  const item = `i.${name(columns.item)}`
  const collection = `i.${name(columns.collection)}`
  const sql = `SELECT ${item} AS item, ${collection} AS value, NULL AS access
    FROM ${name(names.table)} i JOIN ${name(sizes.table)} s ON s.${name(sizes.collection)} = ${collection}
    WHERE ${item} ${isPostgres ? '= ANY($1)' : 'IN (?)'} AND s.${name(sizes.items)} > ${isPostgres ? '$2' : '?'}`
  return { sql, values: [ids, largerThan] }
}

/** Which collections are large: `id`. */
export function largeCollections(
  dialect: ForeignDatabase['dialect'],
  { sizes, largerThan }: CollectionsNames,
): Statement {
  const name = (text: string) => quoted(dialect, text)
  const sql = `SELECT ${name(sizes.collection)} AS id FROM ${name(sizes.table)}
    WHERE ${name(sizes.items)} > ${dialect === 'postgres' ? '$1' : '?'}`
  return { sql, values: [largerThan] }
}
