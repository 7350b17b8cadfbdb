import type { ForeignDatabase } from '../foreign/connect.ts'
import { clock, quoted, timeText } from '../foreign/sql.ts'

/** Tables and columns of a rights database, as the configuration names them. */
export interface RightsDbNames {
  readonly table: string
  readonly columns: {
    readonly namespace: string
    readonly id: string
    readonly attr: string
    /** This and the next two: `none` where there is no such column. */
    readonly reason: string
    readonly source: string
    readonly accessProfile: string
    readonly time: string
  }
  /** Tables of numbers (`id`) and what they are called (`name`); `none` where there is no such table. */
  readonly codes: Readonly<Record<'attributes' | 'reasons' | 'sources' | 'accessProfiles', string>>
}

/** A row of rights_current as it is read: `at` is its time in UTC, with microseconds, as text. */
export interface ForeignRow {
  readonly namespace: string
  readonly id: string
  readonly attr: unknown
  readonly reason: unknown
  readonly source: unknown
  readonly accessprofile: unknown
  readonly at: string | null
}

/** The statements on one rights database; its names are quoted in them, so that each can be any word. */
export class Statements {
  readonly clock: string
  readonly kindOfTime: string
  readonly first: string
  /** From a time on, that one included. */
  readonly from: string
  /** What follows a row. Each way to be later is a range of the key (time, namespace, id). */
  readonly next: string
  /** Rows of a namespace by their ids. */
  readonly byId: string
  readonly #dialect: ForeignDatabase['dialect']

  constructor(dialect: ForeignDatabase['dialect'], { table, columns }: RightsDbNames) {
    this.#dialect = dialect
    const name = (of: keyof RightsDbNames['columns']) => quoted(dialect, columns[of])
    const [space, id, time] = [name('namespace'), name('id'), name('time')]
    const text = timeText(dialect, time)
    const maybe = (of: 'reason' | 'source' | 'accessProfile') => (columns[of] === 'none' ? 'NULL' : name(of))
    const select = `SELECT ${space} AS namespace, ${id} AS id, ${name('attr')} AS attr, ${maybe('reason')} AS reason,
        ${maybe('source')} AS source, ${maybe('accessProfile')} AS accessprofile, ${text} AS at
      FROM ${quoted(dialect, table)}`
    const order = `ORDER BY ${time}, ${space}, ${id} LIMIT ${pageSize}`
    const isPostgres = dialect === 'postgres'
    this.clock = clock[dialect]
    this.kindOfTime = `SELECT ${time} FROM ${quoted(dialect, table)} WHERE 1 = 0`
    this.first = `${select} ${order}`
    this.from = `${select} WHERE ${time} >= ${isPostgres ? '$1' : '?'} ${order}`
    this.next = isPostgres
      ? `${select} WHERE (${time}, ${space}, ${id}) > ($1, $2, $3) ${order}`
      : `${select} WHERE (${time} = ? AND ${space} = ? AND ${id} > ?) OR (${time} = ? AND ${space} > ?) OR ${time} > ? ${order}`
    this.byId = isPostgres
      ? `${select} WHERE ${space} = $1 AND ${id} = ANY($2)`
      : `${select} WHERE ${space} = ? AND ${id} IN (?)`
  }

  /** All numbers of a table and what they are called. */
  codes(table: string): string {
    const name = (of: string) => quoted(this.#dialect, of)
    return `SELECT ${name('id')} AS id, ${name('name')} AS name FROM ${name(table)}`
  }
}

/** Rows of one statement. */
export const pageSize = 1_000
