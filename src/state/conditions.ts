import type { Dialect } from './connection.ts'

/**
 * A WHERE put together from what was asked for, with its values: a condition that is not asked for is not there, so each
 * choice gets the index it can use. Columns and operators are ours, what a person typed travels as a value only.
 */
export class Conditions {
  readonly values: unknown[] = []
  readonly #dialect: Dialect
  readonly #parts: string[] = []

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  /** `sql` with a question mark for each value; nothing when the first of them is undefined. */
  and(sql: string, ...values: readonly unknown[]): this {
    if (values.length > 0 && values[0] === undefined) return this
    this.#parts.push(this.#dialect === 'mysql' ? sql : sql.replace(/\?/g, () => `$${++this.#count}`))
    this.values.push(...values)
    return this
  }

  /** True for the rows whose column is one of a list. */
  andIn(column: string, list: readonly unknown[] | undefined): this {
    if (list === undefined) return this
    // an empty list fills no IN of MySQL
    if (list.length === 0) return this.and('1 = 0')
    return this.and(this.#dialect === 'mysql' ? `${column} IN (?)` : `${column} = ANY(?)`, list)
  }

  get where(): string {
    return this.#parts.length === 0 ? '' : `WHERE ${this.#parts.join(' AND ')}`
  }

  #count = 0
}
