/** MariaDB and MySQL are one dialect, named after the protocol. */
export type Dialect = 'postgres' | 'mysql'

/** One database connection inside or outside a transaction, as the transitions see it. */
export interface Connection {
  readonly dialect: Dialect
  /**
   * Rows of one statement, with `$1` parameters on PostgreSQL and `?` on MySQL (where an array fills `IN (?)` and an
   * array of arrays `VALUES ?`). Integers come as safe numbers, timestamps as text with microseconds.
   */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** Runs one statement; returns how many rows it found to change. */
  change(sql: string, values?: readonly unknown[]): Promise<number>
}

export interface Database extends Connection {
  /**
   * Runs `work` in one READ COMMITTED transaction; the whole of it is run again, with jitter, on deadlock,
   * serialization failure, lock timeout and lost connection. Safe because every transition is guarded by token and gen.
   * Throws DATABASE_UNAVAILABLE when the server stays away.
   */
  transaction<T>(work: (tx: Connection) => Promise<T>): Promise<T>
  /** The same for work that is one statement, and so a transaction by itself: it spares BEGIN and COMMIT their way. */
  statement<T>(work: (db: Connection) => Promise<T>): Promise<T>
  close(): Promise<void>
}
