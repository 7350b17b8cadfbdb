import type { Connection } from '../connection.ts'

/** What a worker has done in a target since it started; names as in slip_daily_stats. */
export const counterNames = [
  'indexed',
  'deleted',
  'errors',
  'put_off',
  'returned',
  'fenced_out',
  'pages',
  'bytes',
] as const
export type CounterName = (typeof counterNames)[number]

export interface WorkerCounter {
  readonly target: string
  readonly name: CounterName
  /** Since the process started, so that writing it twice changes nothing. */
  readonly value: number
}

const postgres = `
  INSERT INTO slip_worker_counter AS c (worker, target, name, value)
  SELECT $1, target, name, value FROM unnest($2::text[], $3::text[], $4::bigint[]) AS d (target, name, value)
  ORDER BY target, name
  ON CONFLICT (worker, target, name) DO UPDATE SET value = greatest(c.value, EXCLUDED.value)`

const mysql = `
  INSERT INTO slip_worker_counter (worker, target, name, value) VALUES ?
  ON DUPLICATE KEY UPDATE value = GREATEST(value, VALUES(value))`

/** Writes the counters of one worker. Who rolls them up is the sampler alone. */
export async function writeCounters(db: Connection, worker: string, counters: readonly WorkerCounter[]): Promise<void> {
  if (counters.length === 0) return
  const sorted = [...counters].sort((a, b) => (`${a.target} ${a.name}` < `${b.target} ${b.name}` ? -1 : 1))
  if (db.dialect === 'mysql') {
    await db.change(mysql, [sorted.map(({ target, name, value }) => [worker, target, name, value])])
    return
  }
  const column = <K extends keyof WorkerCounter>(key: K) => sorted.map((counter) => counter[key])
  await db.change(postgres, [worker, column('target'), column('name'), column('value')])
}
