/** One step of the schema: forward only, one file each. The name has no extension: the same in checkout and package. */
export interface Migration {
  readonly name: string
  /** Statements for PostgreSQL ≥ 14, run in one transaction. */
  readonly postgres: readonly string[]
}
