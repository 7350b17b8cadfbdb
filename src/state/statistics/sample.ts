import type { Connection } from '../connection.ts'

/**
 * The gauges: counts that would be too dear to take whenever somebody looks, with the time they were taken. Every label
 * of a metric is written each time, zero too, so the newest row of a label is the truth of that time.
 *
 * queue: items by lane and state (`daily/ready`). done: items that left the queue since ever, from which rates follow.
 * shard.…: what the ledger says of each shard, '0' for items without one. rights: items, wanted or not; target ''.
 */
const queueDepth = `
  SELECT t.name AS target, 'queue' AS metric, concat(l.name, '/', s.name) AS label, coalesce(q.items, 0) AS value
  FROM slip_target t CROSS JOIN slip_lane l CROSS JOIN slip_state s
  LEFT JOIN (SELECT target, lane, state, count(*) AS items FROM slip_queue GROUP BY target, lane, state) q
    ON q.target = t.name AND q.lane = l.lane AND q.state = s.state`

const done = `
  SELECT t.name AS target, 'done' AS metric, 'items' AS label, coalesce(sum(d.indexed + d.deleted + d.errors), 0) AS value
  FROM slip_target t LEFT JOIN slip_daily_stats d ON d.target = t.name GROUP BY t.name
  UNION ALL
  SELECT t.name, 'done', 'pages', coalesce(sum(d.pages), 0)
  FROM slip_target t LEFT JOIN slip_daily_stats d ON d.target = t.name GROUP BY t.name
  UNION ALL
  SELECT t.name, 'done', 'bytes', coalesce(sum(d.bytes), 0)
  FROM slip_target t LEFT JOIN slip_daily_stats d ON d.target = t.name GROUP BY t.name`

const shards = (metric: string, value: string, shard: string) => `
  SELECT n.target, '${metric}' AS metric, ${shard} AS label, coalesce(l.${value}, 0) AS value
  FROM (SELECT target, shard FROM slip_shard UNION ALL SELECT name, 0 FROM slip_target) n
  LEFT JOIN ledger l ON l.target = n.target AND l.shard = n.shard`

const ledger = (shard: string) => `
  WITH ledger AS (
    SELECT target, shard, count(CASE WHEN presence = 'indexed' THEN 1 END) AS indexed,
           count(CASE WHEN presence = 'absent' AND rev > 0 THEN 1 END) AS absent,
           sum(CASE WHEN presence = 'indexed' THEN pages END) AS pages,
           sum(CASE WHEN presence = 'indexed' THEN bytes END) AS bytes
    FROM slip_indexed GROUP BY target, shard)
  ${['indexed', 'absent', 'pages', 'bytes'].map((value) => shards(`shard.${value}`, value, shard)).join(' UNION ALL ')}
  UNION ALL SELECT '', 'rights', 'items', count(*) FROM slip_rights`

const kinds = {
  /** Cheap enough for every minute: the queue is short, or its count is an index scan. */
  quick: { postgres: [queueDepth, done], mysql: [queueDepth, done] },
  /** Reads the whole ledger. */
  ledger: { postgres: [ledger('n.shard::text')], mysql: [ledger('CAST(n.shard AS CHAR)')] },
} as const

const insert = {
  postgres: `
    INSERT INTO slip_sample (target, metric, label, sampled_at, value)
    SELECT target, metric, label, $1::timestamptz, value
    FROM unnest($2::text[], $3::text[], $4::text[], $5::float8[]) AS d (target, metric, label, value)`,
  mysql: 'INSERT INTO slip_sample (target, metric, label, sampled_at, value) VALUES ?',
}

const clock = { postgres: 'SELECT clock_timestamp() AS now', mysql: 'SELECT SYSDATE(6) AS now' }

interface Gauge {
  readonly target: string
  readonly metric: string
  readonly label: string
  readonly value: number
}

/** Counts a table in the order in which it lies: by its key, as the session's other statements, each row were a read of its own. */
const inOrderOfPlace = 'SET LOCAL enable_seqscan = on'

/** Takes one kind of gauges; returns how many. In a transaction. */
export async function takeSample(tx: Connection, kind: keyof typeof kinds): Promise<number> {
  const [time] = await tx.query<{ now: string }>(clock[tx.dialect])
  if (tx.dialect === 'postgres') await tx.query(inOrderOfPlace)
  const gauges: Gauge[] = []
  for (const sql of kinds[kind][tx.dialect]) gauges.push(...(await tx.query<Gauge & Record<string, unknown>>(sql)))
  if (gauges.length === 0) return 0
  if (tx.dialect === 'mysql') {
    await tx.change(insert.mysql, [gauges.map((g) => [g.target, g.metric, g.label, time?.now, g.value])])
    return gauges.length
  }
  const column = <K extends keyof Gauge>(key: K) => gauges.map((gauge) => gauge[key])
  await tx.change(insert.postgres, [time?.now, column('target'), column('metric'), column('label'), column('value')])
  return gauges.length
}
