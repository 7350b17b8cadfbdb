/** One database connection inside or outside a transaction, as the transitions see it. */
export interface Connection {
  readonly dialect: 'postgres'
  /**
   * Rows of one statement with `$1` parameters. Integers come as safe numbers, timestamps as text with microseconds.
   */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>
}

export interface Database extends Connection {
  /**
   * Runs `work` in one READ COMMITTED transaction; the whole of it is run again, with jitter, on deadlock,
   * serialization failure, lock timeout and lost connection. Safe because every transition is guarded by token and gen.
   * Throws DATABASE_UNAVAILABLE when the server stays away.
   */
  transaction<T>(work: (tx: Connection) => Promise<T>): Promise<T>
  close(): Promise<void>
}
