import type { Connection } from '../connection.ts'
import { isRow } from './row-of.ts'
import { slicesOf } from './slices.ts'

/**
 * delayed → delayed, due within seconds: what was put off while a target or shard was suspended, when it is so no longer.
 * The probes of a storm put items off for an hour, so that each meets others; without this they would wait for the rest of
 * it with nothing in their way. They are told by the code their last error begins with, that of the breaker: the back-off
 * an item earned by an error of its own stays. Spread over some seconds, for what fails again is seen by then.
 *
 * Races: rows are looked for without a lock, then locked in id order and looked at again: one that was moved, held or
 * requested meanwhile, or failed by itself, is left alone.
 */
export interface PutOff {
  readonly target: string
  /** Null = of all shards. */
  readonly shard: number | null
  /** What the last error begins with. */
  readonly code: string
}

const batch = 1_000
/** Milliseconds over which the rows are spread. */
const spreadMs = 10_000

const postgres = `
  WITH found AS MATERIALIZED (
    SELECT target, htid FROM slip_queue
    WHERE state = 2 AND available_at > (SELECT clock_timestamp() + make_interval(secs => ${spreadMs / 1000}))
      AND target = $1 AND left(last_error, length($2)) = $2 AND shard BETWEEN $3 AND $4
    ORDER BY available_at LIMIT $5),
  waiting AS MATERIALIZED (
    SELECT q.target, q.htid FROM found JOIN slip_queue q ON ${isRow('q', 'found')}
    WHERE q.state = 2 AND left(q.last_error, length($2)) = $2 ORDER BY q.htid FOR UPDATE OF q),
  soon AS (
    UPDATE slip_queue q SET available_at = clock_timestamp() + random() * make_interval(secs => ${spreadMs / 1000})
    FROM waiting WHERE ${isRow('q', 'waiting')})
  SELECT htid FROM found`

const mysql = {
  found: `
    SELECT htid FROM slip_queue FORCE INDEX (slip_queue_delayed)
    WHERE state = 2 AND available_at > NOW(6) + INTERVAL ${spreadMs * 1000} MICROSECOND
      AND target = ? AND LEFT(last_error, CHAR_LENGTH(?)) = ? AND shard BETWEEN ? AND ?
    ORDER BY available_at LIMIT ?`,
  soon: `
    UPDATE slip_queue FORCE INDEX (PRIMARY)
    SET available_at = SYSDATE(6) + INTERVAL ROUND(RAND() * ${spreadMs * 1000}) MICROSECOND
    WHERE target = ? AND htid IN (?) AND state = 2 AND LEFT(last_error, CHAR_LENGTH(?)) = ?`,
}

/** Until nothing is left, batch by batch; outside of a transaction each is one by itself. */
export async function hasten(db: Connection, { target, shard, code }: PutOff, size = batch): Promise<void> {
  const [from, to] = shard === null ? [0, 32_767] : [shard, shard]
  const words = `${code}:`
  for (;;) {
    const found =
      db.dialect === 'postgres'
        ? await db.query(postgres, [target, words, from, to, size])
        : await hastenMysql(db, target, words, [from, to, size])
    if (found.length < size) return
  }
}

async function hastenMysql(db: Connection, target: string, words: string, among: readonly number[]) {
  const found = await db.query<{ htid: string }>(mysql.found, [target, words, words, ...among])
  for (const slice of slicesOf(found.map(({ htid }) => htid)))
    await db.change(mysql.soon, [target, slice, words, words])
  return found
}
