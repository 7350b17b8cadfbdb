import type { Connection } from '../connection.ts'

/**
 * What has been kept long enough goes, oldest first and some rows at a time: no transaction is long, and nothing waits
 * for it. MySQL finds the rows first, and deletes by primary key those that are still old. Errors have a rule of their
 * own (expire-errors.ts).
 */
const agedTables = {
  samples: { table: 'slip_sample', key: ['target', 'metric', 'label', 'sampled_at'], time: 'sampled_at' },
  watermarks: { table: 'slip_watermark_history', key: ['id'], time: 'moved_at' },
  /** Those expired; one that still has claims waits for the reaper. */
  workers: {
    table: 'slip_worker',
    key: ['token'],
    time: 'expired_at',
    unless: 'EXISTS (SELECT 1 FROM slip_claim c WHERE c.worker = slip_worker.token)',
  },
  /** Those that nobody has tried since: the host is gone, or what it worked for. */
  breakers: { table: 'slip_breaker', key: ['kind', 'name'], time: 'next_probe' },
  dailyStats: { table: 'slip_daily_stats', key: ['day', 'target'], time: 'day' },
} as const

export type Aged = keyof typeof agedTables

interface AgedTable {
  readonly table: string
  readonly key: readonly string[]
  readonly time: string
  readonly unless?: string
}

/** Deletes `limit` rows at most that are older than `olderThanMs` milliseconds; returns how many. */
export async function retain(tx: Connection, what: Aged, olderThanMs: number, limit: number): Promise<number> {
  const { table, key, time, unless }: AgedTable = agedTables[what]
  const condition = unless === undefined ? '' : ` AND NOT ${unless}`
  const keys = key.join(', ')
  if (tx.dialect === 'postgres') {
    return tx.change(
      `DELETE FROM ${table} WHERE (${keys}) IN (
         SELECT ${keys} FROM ${table} WHERE ${time} < clock_timestamp() - make_interval(secs => $1::float8 / 1000)${condition}
         ORDER BY ${time} LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [olderThanMs, limit],
    )
  }
  const old = `${time} < SYSDATE(6) - INTERVAL ? * 1000 MICROSECOND`
  const rows = await tx.query<Record<string, unknown>>(
    `SELECT ${keys} FROM ${table} WHERE ${old}${condition} ORDER BY ${time} LIMIT ?`,
    [olderThanMs, limit],
  )
  if (rows.length === 0) return 0
  const found = rows.map((row) => key.map((column) => row[column]))
  const [columns, values] = key.length === 1 ? [keys, found.flat()] : [`(${keys})`, found]
  return tx.change(`DELETE FROM ${table} WHERE ${columns} IN (?) AND ${old}`, [values, olderThanMs])
}
