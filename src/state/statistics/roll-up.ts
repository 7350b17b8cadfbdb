import type { Connection } from '../connection.ts'
import { counterNames } from '../control/worker-counter.ts'

/**
 * Worker counters → slip_daily_stats, by the sampler alone: what each counter has risen since it was last rolled up is
 * added to the day of the database clock, in UTC. `rolled` rises in the same transaction, under the lock of the counter,
 * so nothing is counted twice. The counters of workers whose row is gone go once they are rolled up; one that is only expired
 * may wake and write them again.
 */
const columns = counterNames.join(', ')

const postgres = {
  roll: `
    WITH c AS MATERIALIZED (
      SELECT worker, target, name, value, value - rolled AS risen FROM slip_worker_counter
      WHERE value > rolled ORDER BY worker, target, name FOR UPDATE),
    day AS (
      INSERT INTO slip_daily_stats AS s (day, target, ${columns})
      SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date, target,
             ${counterNames.map((name) => `coalesce(sum(risen) FILTER (WHERE name = '${name}'), 0)`).join(', ')}
      FROM c GROUP BY target ORDER BY target
      ON CONFLICT (day, target) DO UPDATE SET ${counterNames.map((name) => `${name} = s.${name} + EXCLUDED.${name}`).join(', ')})
    UPDATE slip_worker_counter w SET rolled = c.value FROM c
    WHERE w.worker = c.worker AND w.target = c.target AND w.name = c.name`,
  forget: `
    DELETE FROM slip_worker_counter c WHERE value = rolled
    AND NOT EXISTS (SELECT 1 FROM slip_worker w WHERE w.token = c.worker)`,
}

const mysql = {
  risen: `
    SELECT worker, target, name, value, value - rolled AS risen FROM slip_worker_counter FORCE INDEX (PRIMARY)
    WHERE value > rolled ORDER BY worker, target, name FOR UPDATE`,
  day: `
    INSERT INTO slip_daily_stats (day, target, ${columns}) VALUES ?
    ON DUPLICATE KEY UPDATE ${counterNames.map((name) => `${name} = ${name} + VALUES(${name})`).join(', ')}`,
  today: 'SELECT CAST(UTC_TIMESTAMP() AS CHAR(10)) AS day',
  rolled: 'UPDATE slip_worker_counter SET rolled = value WHERE worker = ? AND target = ? AND name IN (?)',
  gone: `
    SELECT c.worker FROM slip_worker_counter c LEFT JOIN slip_worker w ON w.token = c.worker
    WHERE w.token IS NULL GROUP BY c.worker HAVING SUM(c.value <> c.rolled) = 0 ORDER BY c.worker`,
  forget: 'DELETE FROM slip_worker_counter WHERE worker IN (?) AND value = rolled',
}

/** Returns how many counters had risen. */
export async function rollUp(tx: Connection): Promise<number> {
  if (tx.dialect === 'mysql') return rollUpMysql(tx)
  const risen = await tx.change(postgres.roll)
  await tx.change(postgres.forget)
  return risen
}

interface Risen {
  readonly worker: string
  readonly target: string
  readonly name: string
  readonly risen: number
}

async function rollUpMysql(tx: Connection): Promise<number> {
  const rows = await tx.query<Risen & Record<string, unknown>>(mysql.risen)
  if (rows.length > 0) {
    const [today] = await tx.query<{ day: string }>(mysql.today)
    const sums = [...Map.groupBy(rows, (row) => row.target)].sort(([a], [b]) => (a < b ? -1 : 1))
    const days = sums.map(([target, of]) => [today?.day, target, ...counterNames.map((name) => sumOf(of, name))])
    await tx.change(mysql.day, [days])
    for (const of of Map.groupBy(rows, (row) => `${row.worker} ${row.target}`).values()) {
      const { worker, target } = of[0]!
      await tx.change(mysql.rolled, [worker, target, of.map(({ name }) => name)])
    }
  }
  const gone = await tx.query<{ worker: string }>(mysql.gone)
  if (gone.length > 0) await tx.change(mysql.forget, [gone.map(({ worker }) => worker)])
  return rows.length
}

const sumOf = (rows: readonly Risen[], name: string): number =>
  rows.reduce((sum, row) => sum + (row.name === name ? row.risen : 0), 0)
