import type { Connection } from '../../src/state/connection.ts'

/**
 * How many rows a transaction has locked: on PostgreSQL of the queue (extension pgrowlocks), on MariaDB of all tables,
 * entries of indexes among them.
 */
export async function rowLocks(tx: Connection): Promise<number> {
  if (tx.dialect === 'mysql') return rowLocksMysql(tx)
  const [row] = await tx.query<{ count: number }>(`SELECT count(*) AS count FROM pgrowlocks('slip_queue')`)
  return row?.count ?? 0
}

/** innodb_trx has the number too, as a copy that may be 100 ms old. */
async function rowLocksMysql(tx: Connection): Promise<number> {
  const [own] = await tx.query<{ id: number }>('SELECT CONNECTION_ID() AS id')
  const [status] = await tx.query<{ Status: string }>('SHOW ENGINE INNODB STATUS')
  const parts = (status?.Status ?? '').split('---TRANSACTION')
  const ours = parts.find((part) => part.includes(`thread id ${own?.id},`)) ?? ''
  return Number(/(\d+) row lock\(s\)/.exec(ours)?.[1] ?? 0)
}
