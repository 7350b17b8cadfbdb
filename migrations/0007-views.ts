import type { Migration } from './migration.ts'

/**
 * For people with a SQL prompt; docs/sql.md explains each column. Nothing here counts a big table: counted columns come
 * from the newest sample and say when it was taken, the others are read by an index.
 */
const newest = (metric: string, label: string, target = 't.name') => `
  (SELECT m.value FROM slip_sample m WHERE m.target = ${target} AND m.metric = '${metric}' AND m.label = ${label}
   ORDER BY m.sampled_at DESC LIMIT 1)`
const newestAt = (metric: string, label: string, target = 't.name') => `
  (SELECT max(m.sampled_at) FROM slip_sample m WHERE m.target = ${target} AND m.metric = '${metric}' AND m.label = ${label})`

interface Words {
  /** Seconds from a time until now. */
  readonly secondsSince: (time: string) => string
  readonly secondsBetween: (from: string, to: string) => string
  /** A time from microseconds since 1970. */
  readonly timeOf: (micros: string) => string
  readonly now: string
  readonly later: (time: string, seconds: string) => string
  readonly text: (value: string) => string
  readonly bigint: (value: string) => string
  readonly watermark: (value: string) => string
  /** Ids of a claim. */
  readonly items: string
  /** A whole number of seconds ago. */
  readonly ago: (seconds: number) => string
}

const postgres: Words = {
  secondsSince: (time) => `extract(epoch FROM clock_timestamp() - ${time})::bigint`,
  secondsBetween: (from, to) => `extract(epoch FROM ${to} - ${from})::float8`,
  timeOf: (micros) => `to_timestamp(${micros} / 1000000.0)`,
  now: 'clock_timestamp()',
  later: (time, seconds) => `${time} + make_interval(secs => ${seconds})`,
  text: (value) => `${value}::text`,
  bigint: (value) => `${value}::bigint`,
  watermark: (value) => `${value}::timestamptz`,
  items: 'cardinality(c.htids)',
  ago: (seconds) => `clock_timestamp() - interval '${seconds} seconds'`,
}

const mysql: Words = {
  secondsSince: (time) => `TIMESTAMPDIFF(SECOND, ${time}, SYSDATE(6))`,
  secondsBetween: (from, to) => `(TIMESTAMPDIFF(MICROSECOND, ${from}, ${to}) / 1000000)`,
  timeOf: (micros) => `TIMESTAMPADD(MICROSECOND, ${micros}, '1970-01-01')`,
  now: 'SYSDATE(6)',
  later: (time, seconds) => `${time} + INTERVAL ${seconds} SECOND`,
  text: (value) => `CAST(${value} AS CHAR)`,
  bigint: (value) => `CAST(${value} AS SIGNED)`,
  watermark: (value) => `CAST(${value} AS DATETIME(6))`,
  items: 'JSON_LENGTH(c.htids)',
  ago: (seconds) => `SYSDATE(6) - INTERVAL ${seconds} SECOND`,
}

const watermarkOf = (target: string) =>
  `(SELECT w.value FROM slip_watermark w WHERE w.stage = 'enqueue' AND w.name = ${target})`

const silent = ({ later, now }: Words) =>
  `${later('w.heartbeat_at', '(SELECT coalesce(max(t.lease_ms), 300000) FROM slip_target t) / 1000.0')} < ${now}`

const inForce = ({ now }: Words) => `(c.until IS NULL OR c.until > ${now})`

/** A pause that keeps work of target t from being done, all or part of it. */
const touches = `
  (c.scope IN ('all', 'stage', 'lane', 'host') OR c.scope = 'target' AND c.name = t.name
   OR c.scope = 'shard' AND c.name IN (SELECT concat(h.target, '/', h.shard) FROM slip_shard h WHERE h.target = t.name))`

/** Duties of a target, and of those the ones that rest while it or their stage is paused. */
const ofTarget = (chores: readonly string[]) => chores.map((chore) => `concat('${chore}:', t.name)`).join(', ')
const resting = ['fill', 'sweep', 'recheck', 'scan']
const restless = ['compare', 'marker', 'commit', 'full', 'purge']

/** A duty that somebody should have: of a target that is worked for, that is filled where it fills, and does not rest. */
const idleDuties = (words: Words) => `
  SELECT 'duty', coalesce(t.name, ''), d.name, d.until, 'is done by nobody'
  FROM slip_duty d LEFT JOIN slip_target t ON d.name IN (${ofTarget([...resting, ...restless])})
  WHERE d.until < ${words.ago(600)}
    AND (d.name IN ('reap', 'move', 'retire', 'retire:remnants', 'roll-up', 'sample', 'sample:ledger') OR d.name LIKE 'retain:%'
         OR t.state = 'filling' OR t.state = 'live' AND d.name NOT LIKE 'fill:%')
    AND NOT EXISTS (
      SELECT 1 FROM slip_control c WHERE ${inForce(words)} AND d.name IN (${ofTarget(resting)})
      AND (c.scope = 'all' OR c.scope = 'target' AND c.name = t.name OR c.scope = 'stage'
           AND c.name = CASE WHEN d.name LIKE 'recheck:%' OR d.name LIKE 'scan:%' THEN 'index' ELSE 'enqueue' END))`

const queueDepth = ({ bigint }: Words) => `
  CREATE OR REPLACE VIEW slip_queue_depth AS
  SELECT t.name AS target, l.name AS lane, s.name AS state,
         ${bigint(newest('queue', "concat(l.name, '/', s.name)"))} AS items,
         ${newestAt('queue', "concat(l.name, '/', s.name)")} AS sampled_at
  FROM slip_target t CROSS JOIN slip_lane l CROSS JOIN slip_state s`

/** Two looks into the index for each bucket; joined by seq to the row, PostgreSQL would read the whole queue. */
const oldest = ({ secondsSince, timeOf }: Words) => {
  const first = (column: string) => `
    (SELECT r.${column} FROM slip_queue r WHERE r.state = 0 AND r.target = n.target AND r.lane = l.lane AND r.shard = n.shard
     ORDER BY r.seq LIMIT 1)`
  return `
  CREATE OR REPLACE VIEW slip_oldest AS
  SELECT b.target, b.lane, b.shard, b.htid, ${timeOf('b.seq')} AS ready_since, ${secondsSince(timeOf('b.seq'))} AS seconds
  FROM (SELECT n.target, l.name AS lane, n.shard, ${first('seq')} AS seq, ${first('htid')} AS htid
        FROM (SELECT target, shard FROM slip_shard UNION ALL SELECT name, 0 FROM slip_target) n CROSS JOIN slip_lane l) b
  WHERE b.seq IS NOT NULL`
}

const shardStatus = ({ text, bigint }: Words) => `
  CREATE OR REPLACE VIEW slip_shard_status AS
  SELECT h.target, h.shard, h.state, h.reason, h.since, h.weight, h.durable_at, h.behind_from,
         b.reason AS suspended_for, b.next_probe,
         ${['indexed', 'absent', 'pages', 'bytes']
           .map((name) => `${bigint(newest(`shard.${name}`, text('h.shard'), 'h.target'))} AS ${name}`)
           .join(', ')},
         ${newestAt('shard.indexed', text('h.shard'), 'h.target')} AS sampled_at
  FROM slip_shard h LEFT JOIN slip_breaker b ON b.kind = 'shard' AND b.name = concat(h.target, '/', h.shard)`

const errorGroups = `
  CREATE OR REPLACE VIEW slip_error_groups AS
  SELECT target, code, pattern, items, first_time, last_time, examples, sampled_at FROM slip_error_group`

const workers = (words: Words) => `
  CREATE OR REPLACE VIEW slip_workers AS
  SELECT w.stage, w.host, w.pid, CASE WHEN w.expired_at IS NOT NULL THEN 'expired' WHEN ${silent(words)} THEN 'silent' ELSE 'alive' END AS state,
         w.started_at, w.heartbeat_at, ${words.secondsSince('w.heartbeat_at')} AS silent_seconds, w.control_seen, w.code_version,
         (SELECT count(*) FROM slip_claim c WHERE c.worker = w.token) AS claims,
         (SELECT ${words.bigint(`coalesce(sum(${words.items}), 0)`)} FROM slip_claim c WHERE c.worker = w.token) AS claimed_items,
         (SELECT min(c.lease_until) FROM slip_claim c WHERE c.worker = w.token) AS lease_until,
         (SELECT ${words.bigint('coalesce(sum(n.value), 0)')} FROM slip_worker_counter n
          WHERE n.worker = w.token AND n.name IN ('indexed', 'deleted')) AS done,
         (SELECT ${words.bigint('coalesce(sum(n.value), 0)')} FROM slip_worker_counter n
          WHERE n.worker = w.token AND n.name = 'errors') AS errors,
         w.token
  FROM slip_worker w`

/** What a sampled total has risen by, a second, between the oldest and the newest sample of the last `seconds`. */
const rate = ({ ago, secondsBetween }: Words, label: string, seconds: number) => {
  const sample = (column: string, order: string) => `
    (SELECT m.${column} FROM slip_sample m WHERE m.target = t.name AND m.metric = 'done' AND m.label = '${label}'
     AND m.sampled_at > ${ago(seconds)} ORDER BY m.sampled_at ${order} LIMIT 1)`
  const elapsed = secondsBetween(sample('sampled_at', 'ASC'), sample('sampled_at', 'DESC'))
  return `greatest(0, ${sample('value', 'DESC')} - ${sample('value', 'ASC')}) / nullif(${elapsed}, 0)`
}

/** Errors are grouped with the queue's sample: where there is none of that, nobody has counted them. */
const sampledQueue = newestAt('queue', "'daily/ready'")

const status = (words: Words) => {
  const { bigint, watermark, secondsSince } = words
  return `
  CREATE OR REPLACE VIEW slip_status AS
  SELECT t.name AS target, t.state, t.engine, t.shards,
         ${bigint(newest('rights', "'items'", "''"))} AS rights,
         ${['ready', 'claimed', 'delayed', 'held']
           .map(
             (state) => `
         ${bigint(`(SELECT sum(d.items) FROM slip_queue_depth d WHERE d.target = t.name AND d.state = '${state}')`)} AS ${state}_items`,
           )
           .join(',')},
         (SELECT ${bigint('sum(s.indexed)')} FROM slip_shard_status s WHERE s.target = t.name) AS indexed,
         CASE WHEN ${sampledQueue} IS NOT NULL
           THEN (SELECT ${bigint('coalesce(sum(g.items), 0)')} FROM slip_error_group g WHERE g.target = t.name) END AS errors,
         (SELECT max(o.seconds) FROM slip_oldest o WHERE o.target = t.name) AS oldest_ready_seconds,
         ${watermark(watermarkOf('t.name'))} AS watermark,
         ${secondsSince(watermark(watermarkOf('t.name')))} AS watermark_seconds,
         (SELECT count(*) FROM slip_control c WHERE ${inForce(words)} AND ${touches}) AS pauses,
         (SELECT count(*) FROM slip_breaker b WHERE b.kind = 'target' AND b.name = t.name
            OR b.kind = 'shard' AND left(b.name, length(t.name) + 1) = concat(t.name, '/')) AS suspended,
         ${sampledQueue} AS queue_sampled_at, ${newestAt('shard.indexed', "'0'")} AS ledger_sampled_at
  FROM slip_target t`
}

const stuck = (words: Words) => {
  const { secondsSince, later, now, ago, text, watermark } = words
  return `
  CREATE OR REPLACE VIEW slip_stuck AS
  SELECT 'claim' AS kind, c.target, concat(c.host, ' pid ', c.pid) AS name, c.lease_until AS since,
         'lease is over and nobody took the items back: does a slip-index or slip-enqueue run?' AS what
  FROM slip_claim c JOIN slip_target t ON t.name = c.target WHERE ${later('c.lease_until', 't.lease_ms / 1000.0')} < ${now}
  UNION ALL
  SELECT 'delayed', q.target, q.htid, q.available_at, 'is due and was not made ready: does a slip-index or slip-enqueue run?'
  FROM slip_queue q WHERE q.state = 2 AND q.available_at < ${ago(60)}
  UNION ALL
  SELECT 'alone', q.target, q.htid, q.enqueued_at, CASE q.strikes WHEN 0 THEN concat('the engine broke over it, ', q.refusals, ' times though it took others; the third makes it an error')
           ELSE concat('took ', q.strikes, CASE q.strikes WHEN 1 THEN ' process' ELSE ' processes' END, ' with it; the fourth makes it an error') END
  FROM slip_queue q JOIN slip_target t ON t.name = q.target WHERE q.state = 0 AND q.lane = 0
  UNION ALL
  SELECT 'worker', '', concat(w.stage, ' on ', w.host, ' pid ', w.pid), w.heartbeat_at, 'is silent and nobody expired it'
  FROM slip_worker w WHERE w.expired_at IS NULL AND ${silent(words)}
  UNION ALL
  ${idleDuties(words)}
  UNION ALL
  SELECT concat('breaker ', b.kind), '', b.name, b.since, b.reason FROM slip_breaker b
  UNION ALL
  SELECT concat('paused ', c.scope), '', c.name, c.paused_at, c.reason FROM slip_control c WHERE c.until IS NULL AND c.paused_at < ${ago(86_400)}
  UNION ALL
  SELECT concat('shard ', h.state), h.target, ${text('h.shard')}, h.since,
         concat(h.reason, CASE h.state WHEN 'ahead' THEN '; slipctl index adopt ' ELSE '; slipctl index repair ' END, h.target)
  FROM slip_shard h WHERE h.state IN ('behind', 'ahead')
  UNION ALL
  SELECT 'watermark', t.name, t.name, ${watermark(watermarkOf('t.name'))}, 'has not moved for ten minutes: does slip-enqueue run?'
  FROM slip_target t WHERE ${secondsSince(watermark(watermarkOf('t.name')))} > t.overlap_ms / 1000 + 600`
}

const rates = (words: Words) => `
  CREATE OR REPLACE VIEW slip_rates AS
  SELECT t.name AS target, ${[
    ['5m', 300],
    ['1h', 3_600],
    ['1d', 86_400],
  ]
    .flatMap(([name, seconds]) =>
      ['items', 'pages', 'bytes'].map((label) => `${rate(words, label, Number(seconds))} AS ${label}_${name}`),
    )
    .join(', ')},
         ${newestAt('done', "'items'")} AS sampled_at
  FROM slip_target t`

const item = `
  CREATE OR REPLACE VIEW slip_item AS
  SELECT r.htid, t.name AS target, r.rev AS asked_rev, r.attr, r.record_id, r.insert_time AS asked_at, r.withdrawn_at,
         i.rev AS indexed_rev, i.presence, i.shard, i.time AS indexed_at, i.indexed_ct, i.pages, i.bytes, i.digest, i.code_version, i.waived, i.verified_at,
         s.name AS queue_state, l.name AS lane, q.action, q.rev AS queued_rev, q.attempts, q.strikes, q.refusals, q.enqueued_at, q.available_at,
         q.reason, q.host AS claimed_host, q.pid AS claimed_pid, q.last_error,
         e.code AS error, e.error_time, e.message
  FROM slip_rights r CROSS JOIN slip_target t
  LEFT JOIN slip_indexed i ON i.target = t.name AND i.htid = r.htid
  LEFT JOIN slip_queue q ON q.target = t.name AND q.htid = r.htid
  LEFT JOIN slip_state s ON s.state = q.state
  LEFT JOIN slip_lane l ON l.lane = q.lane
  LEFT JOIN slip_errors e ON e.target = t.name AND e.htid = r.htid AND e.resolved_at IS NULL`

const viewsOf = (words: Words): string[] => [
  queueDepth(words),
  oldest(words),
  shardStatus(words),
  errorGroups,
  workers(words),
  status(words),
  stuck(words),
  rates(words),
  item,
]

export const views: Migration = { name: '0007-views', postgres: viewsOf(postgres), mysql: viewsOf(mysql) }
