import type { Connection, Dialect } from '../../src/state/connection.ts'
import { contentDigest, unknownRights } from '../../src/state/rights/rights-row.ts'
import { shardCount } from './state.ts'

// Tables are filled by one statement each, for a daemon would take hours. Item n has the id mdp.NNNNNNNNNN and lies in
// shard 1 + n mod 12.

/** Items from, from + 1, … to. */
export interface Range {
  readonly from: number
  readonly to: number
}

export const firstItems = (count: number): Range => ({ from: 1, to: count })

interface Words {
  /** A FROM part that gives `n`. */
  readonly numbers: (range: Range) => string
  readonly htid: string
  readonly shard: string
  readonly digest: string
  readonly now: string
  /** Ends an insert into the queue that leaves alone what is there. */
  readonly unlessThere: string
  readonly settle: (table: string) => string
}

const words: Record<Dialect, Words> = {
  postgres: {
    numbers: ({ from, to }) => `generate_series(${from}::bigint, ${to}::bigint) n`,
    htid: `'mdp.' || lpad(n::text, 10, '0')`,
    shard: `1 + n % ${shardCount}`,
    digest: 'md5(n::text)',
    now: 'clock_timestamp()',
    unlessThere: 'ON CONFLICT (target, htid) DO NOTHING',
    settle: (table) => `VACUUM ANALYZE ${table}`,
  },
  mysql: {
    numbers: ({ from, to }) => `(SELECT seq AS n FROM seq_${from}_to_${to}) numbers`,
    htid: `CONCAT('mdp.', LPAD(n, 10, '0'))`,
    shard: `1 + n % ${shardCount}`,
    digest: 'MD5(n)',
    now: 'SYSDATE(6)',
    unlessThere: 'ON DUPLICATE KEY UPDATE reason = reason',
    settle: (table) => `ANALYZE TABLE ${table}`,
  },
}

/** The id of item n, as the statements make it. */
export const htidOf = (n: number) => `mdp.${String(n).padStart(10, '0')}`

export const htidsOf = ({ from, to }: Range) => Array.from({ length: to - from + 1 }, (_, at) => htidOf(from + at))

/** What every item's rights are. */
const content = {
  ...unknownRights,
  attr: 1,
  reason: 'bib',
  source: 'google',
  accessProfile: 'google',
  recordId: '000000001',
  recordDigest: '0123456789abcdef0123456789abcdef',
}

/** Rights rows of these items in rev 1. */
export async function fillRights(db: Connection, range: Range): Promise<void> {
  const { numbers, htid, now } = words[db.dialect]
  const { attr, reason, source, accessProfile, recordId, recordDigest } = content
  await db.change(`
    INSERT INTO slip_rights (htid, attr, reason, source, access_profile, record_id, record_digest, digest, rev, insert_time)
    SELECT ${htid}, ${attr}, '${reason}', '${source}', '${accessProfile}', '${recordId}', '${recordDigest}',
           '${contentDigest(content)}', 1, ${now}
    FROM ${numbers(range)}`)
  await settleTable(db, 'slip_rights')
}

/** Ledger rows: indexed in rev 1. */
export async function fillLedger(db: Connection, range: Range, target = 'main'): Promise<void> {
  const { numbers, htid, digest, shard, now } = words[db.dialect]
  await db.change(`
    INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, digest, time, indexed_ct, pages, empty_pages,
                              invalid_bytes, bytes, code_version, schema_version, config_digest, host)
    SELECT '${target}', ${htid}, ${shard}, 1, 1, 'indexed', ${digest}, ${now}, 1, 465, 12, 0, 1260000, '0.1.0', 1, 'c', 'bench'
    FROM ${numbers(range)}`)
  await settleTable(db, 'slip_indexed')
}

export interface QueueFill {
  readonly lane: number
  /** Added to the order, so that a later filling stands behind an earlier. */
  readonly behind?: number
  /** False leaves the table as the statement did. */
  readonly vacuum?: boolean
}

/** Ready rows of known items, asked for anew in the rev they have, in the order of their ids; those still there stay. */
export async function fillQueue(
  db: Connection,
  range: Range,
  { lane, behind = 0, vacuum = true }: QueueFill,
): Promise<void> {
  const { numbers, htid, shard, now, unlessThere } = words[db.dialect]
  await db.change(`
    INSERT INTO slip_queue (target, htid, seq, lane, action, shard, rev, fence, enqueued_at, reason)
    SELECT 'main', ${htid}, ${1_700_000_000_000_000 + behind} + n, ${lane}, 'index', ${shard}, 1, 1, ${now}, 'bench'
    FROM ${numbers(range)} ORDER BY n ${unlessThere}`)
  if (vacuum) await settleTable(db, 'slip_queue')
}

/** Without a row, and without the room that rows took. */
export async function emptyQueue(db: Connection): Promise<void> {
  await db.change('TRUNCATE TABLE slip_queue')
  await settleTable(db, 'slip_queue')
}

/** Unresolved errors, in a thousand groups. */
export async function fillErrors(db: Connection, range: Range): Promise<void> {
  const { numbers, htid, shard, now } = words[db.dialect]
  await db.change(`
    INSERT INTO slip_errors (target, htid, rev, shard, stage, code, class, message, pattern, attempts, pid, host, error_time)
    SELECT 'main', ${htid}, 1, ${shard}, 'index', 'METS_INVALID', 'item', CONCAT('page ', n, ' is missing'),
           CONCAT('page # is missing in ', n % 1000), 3, 1, 'bench', ${now}
    FROM ${numbers(range)}`)
  await settleTable(db, 'slip_errors')
}

/** As autovacuum leaves a table: its statistics read, its dead rows gone. */
export async function settleTable(db: Connection, table: string): Promise<void> {
  await db.query(words[db.dialect].settle(table))
}
