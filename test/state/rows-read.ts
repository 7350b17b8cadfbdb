import type { Connection } from '../../src/state/connection.ts'

/**
 * How many rows of the queue a transaction has read, with those it wrote, on PostgreSQL; on MariaDB a session of any
 * table.
 */
export async function rowsRead(tx: Connection): Promise<number> {
  if (tx.dialect === 'mysql') {
    const counters = await tx.query<{ Value: string }>(`SHOW SESSION STATUS LIKE 'Handler_read%'`)
    return counters.reduce((sum, { Value }) => sum + Number(Value), 0)
  }
  const [row] = await tx.query<{ count: number }>(
    `SELECT seq_tup_read + idx_tup_fetch AS count FROM pg_stat_xact_user_tables WHERE relname = 'slip_queue'`,
  )
  return row?.count ?? 0
}
