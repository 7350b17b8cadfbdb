import type { Connection, Database } from '../../src/state/connection.ts'
import { later } from './fixture.ts'

/** What `fill` writes into. */
export const filledTables = ['slip_rights', 'slip_queue', 'slip_indexed', 'slip_errors', 'slip_recheck']

const digit =
  '(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)'
const upTo = (count: number) => `(
  SELECT n FROM (
    SELECT a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d AS n
    FROM ${digit} a CROSS JOIN ${digit} b CROSS JOIN ${digit} c CROSS JOIN ${digit} d CROSS JOIN ${digit} e) every
  WHERE n < ${count}) numbers`
const htid = `CONCAT('p.', LPAD(CONCAT(n), 6, '0'))`
const digest = `LPAD(CONCAT(n), 32, '0')`

/** The id of the nth item of `fill`, from 0. */
export const htidOf = (n: number) => `p.${String(n).padStart(6, '0')}`

/**
 * Up to 100,000 items, of which each has a rights row, a ledger row, a queue row, an error and a question; a tenth of the
 * queue is delayed. The server's statistics are as they were.
 */
export async function fill(db: Connection, count: number): Promise<void> {
  const now = later(db, 0)
  const numbers = upTo(count)
  await db.change(
    `INSERT INTO slip_rights (htid, attr, digest, rev, insert_time) SELECT ${htid}, 1, ${digest}, 2, ${now} FROM ${numbers}`,
  )
  await db.change(
    `INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, digest, time)
     SELECT 'main', ${htid}, 1 + MOD(n, 2), 1, 1, 'indexed', ${digest}, ${now} FROM ${numbers}`,
  )
  await db.change(
    `INSERT INTO slip_queue (target, htid, seq, lane, state, action, shard, rev, enqueued_at, reason, available_at)
     SELECT 'main', ${htid}, n, 1, CASE WHEN MOD(n, 10) = 9 THEN 2 ELSE 0 END, 'index', 1 + MOD(n, 2), 2, ${now}, 'test',
            CASE WHEN MOD(n, 10) = 9 THEN ${later(db, 3_600)} END FROM ${numbers}`,
  )
  await db.change(
    `INSERT INTO slip_errors (target, htid, rev, stage, code, class, message, error_time)
     SELECT 'main', ${htid}, 1, 'index', 'METS_MISSING', 'item', 'gone', ${now} FROM ${numbers}`,
  )
  await db.change(
    `INSERT INTO slip_recheck (target, htid, due_at) SELECT 'main', ${htid}, ${later(db, 3_600)} FROM ${numbers}`,
  )
}

/** What `fillRecords` writes into. */
export const recordTables = ['slip_record', 'slip_seen']

/** A pending record of source `a` for each item of `fill`, seen with the item it names. */
export async function fillRecords(db: Connection, count: number): Promise<void> {
  const numbers = upTo(count)
  await db.change(
    `INSERT INTO slip_record (record_id, data, items, digest, source, loaded_at)
     SELECT ${htid}, '{}', 1, ${digest}, 'a', ${later(db, 0)} FROM ${numbers}`,
  )
  for (const named of [`''`, htid])
    await db.change(
      `INSERT INTO slip_seen (source, record_id, htid, digest) SELECT 'a', ${htid}, ${named}, ${digest} FROM ${numbers}`,
    )
  await db.change('UPDATE slip_rights SET record_id = htid')
}

/** Lets the server see how many rows the tables have now. */
export async function vacuum(db: Connection, tables: readonly string[] = filledTables): Promise<void> {
  // left at its length, as a vacuum leaves a table that is read meanwhile
  const vacuumed = db.dialect === 'postgres' ? 'VACUUM (ANALYZE, TRUNCATE off)' : 'ANALYZE TABLE'
  for (const table of tables) await db.query(`${vacuumed} ${table}`)
}

class Undo extends Error {}

/** Does work in a transaction that is rolled back. */
export async function undone(
  db: Pick<Database, 'transaction'>,
  work: (tx: Connection) => Promise<unknown>,
): Promise<void> {
  await db
    .transaction(async (tx) => {
      await work(tx)
      throw new Undo()
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error
    })
}
