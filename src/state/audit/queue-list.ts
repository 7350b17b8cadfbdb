import { Conditions } from '../conditions.ts'
import type { Connection, Dialect } from '../connection.ts'
import { lanes } from '../queue/lanes.ts'
import { states } from '../queue/states.ts'

/** A queue row with its lane and state by name; timestamps are text. */
export interface ListedRow {
  readonly htid: string
  readonly target: string
  readonly lane: string
  readonly state: string
  readonly shard: number
  readonly action: string
  readonly rev: number
  readonly gen: number
  readonly seq: number
  readonly attempts: number
  readonly strikes: number
  readonly refusals: number
  readonly failed_at: string | null
  readonly unproven: boolean
  readonly hold: boolean
  readonly waive: string | null
  readonly available_at: string | null
  readonly enqueued_at: string
  readonly reason: string
  readonly claimed_rev: number | null
  readonly claimed_gen: number | null
  readonly claim_token: string | null
  readonly host: string | null
  readonly pid: number | null
  readonly fence: number
  readonly last_error: string | null
}

/** Its columns, in the order in which they are written out. */
export const queueColumns = [
  ...['htid', 'target', 'lane', 'state', 'shard', 'action', 'rev', 'gen', 'seq', 'attempts', 'strikes', 'refusals'],
  ...[
    'failed_at',
    'unproven',
    'hold',
    'waive',
    'available_at',
    'enqueued_at',
    'reason',
    'claimed_rev',
    'claimed_gen',
    'claim_token',
    'host',
  ],
  ...['pid', 'fence', 'last_error'],
] as readonly (keyof ListedRow)[]

/** Rows to look at; what is left out selects nothing away. */
export interface QueueSelection {
  readonly target?: string | undefined
  readonly lane?: keyof typeof lanes | undefined
  readonly state?: keyof typeof states | undefined
  readonly shard?: number | undefined
  /** What requested them: the column reason. */
  readonly reason?: string | undefined
  /** Enqueued from this time on; timestamp text. */
  readonly since?: string | undefined
  readonly htids?: readonly string[] | undefined
}

function conditionsOf(dialect: Dialect, selection: QueueSelection): Conditions {
  const { target, lane, state, shard, reason, since, htids } = selection
  return new Conditions(dialect)
    .and('target = ?', target)
    .andIn('htid', htids)
    .and('state = ?', state && states[state])
    .and('lane = ?', lane && lanes[lane])
    .and('shard = ?', shard)
    .and('reason = ?', reason)
    .and('enqueued_at >= ?', since)
}

const select = `SELECT ${queueColumns.join(', ')} FROM slip_queue`

/**
 * A page of a target's rows in id order behind `after` ('' = from the first). By the primary key whatever is asked for,
 * so that a walk over all pages reads the table once.
 */
export async function listQueue(
  db: Connection,
  target: string,
  selection: QueueSelection,
  { after, limit }: { after: string; limit: number },
): Promise<ListedRow[]> {
  const { where, values } = conditionsOf(db.dialect, { ...selection, target }).and('htid > ?', after)
  const byKey = db.dialect === 'mysql' ? 'FORCE INDEX (PRIMARY)' : ''
  return named(await db.query<Numbered>(`${select} ${byKey} ${where} ORDER BY htid LIMIT ${limit}`, values))
}

/** The rows enqueued last, newest first. No index has that order: every selected row is read. */
export async function newestQueued(db: Connection, selection: QueueSelection, limit: number): Promise<ListedRow[]> {
  const { where, values } = conditionsOf(db.dialect, selection)
  const sql = `${select} ${where} ORDER BY enqueued_at DESC, target, htid LIMIT ${limit}`
  return named(await db.query<Numbered>(sql, values))
}

export interface QueueCount {
  readonly target: string
  readonly lane: string
  readonly state: string
  readonly items: number
}

/** How many rows are selected, by target, lane and state. */
export async function countQueue(db: Connection, selection: QueueSelection): Promise<QueueCount[]> {
  const { where, values } = conditionsOf(db.dialect, selection)
  const rows = await db.query<Numbers & { target: string; items: number }>(
    `SELECT target, lane, state, count(*) AS items FROM slip_queue ${where}
     GROUP BY target, lane, state ORDER BY target, lane, state`,
    values,
  )
  return named(rows)
}

interface Numbers extends Record<string, unknown> {
  readonly lane: number
  readonly state: number
}
type Numbered = Omit<ListedRow, 'lane' | 'state'> & Numbers

const nameOf = (names: Readonly<Record<string, number>>, number: number): string =>
  Object.keys(names).find((name) => names[name] === number) ?? String(number)

const named = <Row extends Numbers>(rows: readonly Row[]) =>
  rows.map((row) => ({ ...row, lane: nameOf(lanes, row.lane), state: nameOf(states, row.state) }))
