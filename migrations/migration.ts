/** One step of the schema: forward only, one file each. The name has no extension: the same in checkout and package. */
export interface Migration {
  readonly name: string
  /** Statements for PostgreSQL ≥ 14, run in one transaction. */
  readonly postgres: readonly string[]
  /**
   * The same for MariaDB ≥ 10.6 and MySQL ≥ 8.0.16, where each statement of DDL commits by itself: each is written so
   * that a step broken off in the middle can be run again whole.
   */
  readonly mysql: readonly string[]
}
