import type { Connection } from '../../src/state/connection.ts'

export interface Statement {
  readonly sql: string
  readonly values: readonly unknown[]
}

export interface Recording {
  readonly onStatement: (statement: Statement) => unknown
  /** False: nothing is run, and every statement finds nothing. */
  readonly run?: boolean
}

/** A connection that tells each statement before it runs it. */
export const recorded = (db: Connection, { onStatement, run = true }: Recording): Connection => ({
  dialect: db.dialect,
  query: async (sql, values = []) => {
    await onStatement({ sql, values })
    return run ? db.query(sql, values) : []
  },
  change: async (sql, values = []) => {
    await onStatement({ sql, values })
    return run ? db.change(sql, values) : 0
  },
})
