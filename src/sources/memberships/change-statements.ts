import type { ForeignDatabase } from '../foreign/connect.ts'
import { quoted, timeText } from '../foreign/sql.ts'

/** A table of what changed: a row for each item and each version, which is a number that grows, or a time. */
export interface ChangesNames {
  readonly table: string
  readonly item: string
  readonly version: string
  /** Of times: how far behind the clock of the database they are read again. Milliseconds. */
  readonly overlap: number
}

/** `at`: the version as text, a time in the form of foreign/times.ts. */
export interface ChangeRow {
  readonly item: unknown
  readonly at: string
}

/** Rows of a page. */
export const changesPageSize = 500

/** The statements on a table of what changed. */
export class ChangesStatements {
  /** Has the column of versions alone, and no rows. */
  readonly kind: string
  readonly first: string
  /** From a version on, that one included. */
  readonly from: string
  /** From a row on, that one included. */
  readonly next: string
  /** How many `rows` a version has. */
  readonly count: string
  readonly #isPostgres: boolean

  constructor(dialect: ForeignDatabase['dialect'], names: ChangesNames, versions: 'number' | 'time') {
    const [table, item, version] = [names.table, names.item, names.version].map((name) => quoted(dialect, name))
    this.#isPostgres = dialect === 'postgres'
    const text =
      versions === 'time' ? timeText(dialect, version!) : `CAST(${version} AS ${this.#isPostgres ? 'text' : 'CHAR'})`
    const rows = `FROM ${table} WHERE ${item} IS NOT NULL AND ${version} IS NOT NULL`
    const select = `SELECT ${item} AS item, ${text} AS at ${rows}`
    const order = `ORDER BY ${version}, ${item} LIMIT ${changesPageSize}`
    this.kind = `SELECT ${version} FROM ${table} WHERE 1 = 0`
    this.first = `${select} ${order}`
    this.from = `${select} AND ${version} >= ${this.#isPostgres ? '$1' : '?'} ${order}`
    this.next = this.#isPostgres
      ? `${select} AND (${version}, ${item}) >= ($1, $2) ${order}`
      : `${select} AND ((${version} = ? AND ${item} >= ?) OR ${version} > ?) ${order}`
    this.count = `SELECT COUNT(*) AS ${quoted(dialect, 'rows')} ${rows} AND ${version} = ${this.#isPostgres ? '$1' : '?'}`
  }

  /** The values of `next`. */
  after({ at, item }: ChangeRow): unknown[] {
    return this.#isPostgres ? [at, item] : [at, item, at]
  }
}
