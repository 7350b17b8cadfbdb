/** One statement of DDL on MySQL; with `unless`, left out when that query gives a row: for DDL without IF NOT EXISTS. */
export type MysqlStatement = string | { readonly unless: string; readonly sql: string }

/** One step of the schema: forward only, one file each. The name has no extension: the same in checkout and package. */
export interface Migration {
  readonly name: string
  /** Statements for PostgreSQL ≥ 14. All steps of a run are one transaction: no step is ever half done. */
  readonly postgres: readonly string[]
  /**
   * The same for MariaDB ≥ 10.6 and MySQL ≥ 8.0.16, where each statement of DDL commits by itself: each is written so
   * that a step broken off between any two can be run again whole.
   */
  readonly mysql: readonly MysqlStatement[]
}
