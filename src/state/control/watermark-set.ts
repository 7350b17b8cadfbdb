import { SlipError } from '../../errors/slip-error.ts'
import type { Connection } from '../connection.ts'
import { listTargets } from './target.ts'
import { noteMove } from './watermark-history.ts'

/**
 * A watermark set by a person. Back is always allowed: what is read again is skipped where queue, ledger or errors have
 * its rev. Ahead of the database clock never: whatever is changed until then would be passed over. Between the two lies
 * what a person may choose to leave to the sweep. A reader that is under way finds the watermark behind where it saw it,
 * and begins anew (follow.ts).
 */
export interface SetRequest {
  readonly stage: string
  readonly name: string
  readonly value: string
  readonly movedBy: 'set' | 'restore'
  readonly person: string
  readonly reason: string
}

export interface SetAnswer {
  /** What it was; null = there was none. */
  readonly before: string | null
  readonly after: string
  /** True where rows between the two are passed over and left to the sweep. */
  readonly forward: boolean
}

export const settableStages = ['rights', 'enqueue'] as const

const postgres = {
  isFuture: 'SELECT $1::timestamptz > clock_timestamp() AS "isFuture"',
  lock: 'SELECT value FROM slip_watermark WHERE stage = $1 AND name = $2 FOR UPDATE',
  compare: 'SELECT $1::timestamptz > $2::timestamptz AS forward, $1::timestamptz::text AS value',
  write: `
    INSERT INTO slip_watermark (stage, name, value, updated_at) VALUES ($1, $2, $3, clock_timestamp())
    ON CONFLICT (stage, name) DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at`,
}
const mysql = {
  isFuture: 'SELECT CAST(? AS DATETIME(6)) > SYSDATE(6) AS isFuture',
  lock: 'SELECT value FROM slip_watermark WHERE stage = ? AND name = ? FOR UPDATE',
  compare:
    'SELECT CAST(? AS DATETIME(6)) > CAST(? AS DATETIME(6)) AS forward, CAST(CAST(? AS DATETIME(6)) AS CHAR) AS value',
  write: `
    INSERT INTO slip_watermark (stage, name, value, updated_at) VALUES (?, ?, ?, SYSDATE(6))
    ON DUPLICATE KEY UPDATE value = VALUES(value), updated_at = VALUES(updated_at)`,
}
const statements = { postgres, mysql }

/** Sets one watermark and notes it in the history. Throws USAGE for what is none, or lies ahead of the clock. */
export async function setWatermark(tx: Connection, request: SetRequest): Promise<SetAnswer> {
  const { stage, name } = request
  const wanted = stage === 'enqueue' ? await checkTime(tx, request) : checkFile(request)
  const { lock, write } = statements[tx.dialect]
  const [row] = await tx.query<{ value: string }>(lock, [stage, name])
  const before = row?.value ?? null
  // a slip of the keys would have nothing read again, and say it did
  if (stage === 'rights' && request.movedBy === 'set' && before === null)
    throw refused(stage, name, 'is none: a file has one once it was read; see slipctl watermark show')
  const { value, forward } =
    stage === 'enqueue' ? await compared(tx, wanted, before) : { value: wanted, forward: false }
  await tx.change(write, [stage, name, value])
  const { movedBy, person, reason } = request
  await noteMove(tx, { stage, name, value, movedBy, person, reason })
  return { before, after: value, forward }
}

async function compared(tx: Connection, wanted: string, before: string | null) {
  const { compare } = statements[tx.dialect]
  const values = tx.dialect === 'postgres' ? [wanted, before] : [wanted, before, wanted]
  const [row] = await tx.query<{ forward: boolean | number | null; value: string }>(compare, values)
  return { value: row?.value ?? wanted, forward: Boolean(row?.forward) }
}

async function checkTime(tx: Connection, { stage, name, value }: SetRequest): Promise<string> {
  const known = (await listTargets(tx)).map((target) => target.name)
  if (!known.includes(name)) throw refused(stage, name, `is no target; known: ${known.join(', ') || 'none yet'}`)
  const time = asTime(value)
  if (time === null)
    throw refused(stage, name, `cannot be ${value}: a time is wanted, as 2026-03-01 or 2026-03-01 08:15:00, UTC`)
  const [row] = await tx.query<{ isFuture: boolean | number }>(statements[tx.dialect].isFuture, [time])
  if (row?.isFuture) throw refused(stage, name, `cannot be ${value}: that lies ahead of the clock of the database`)
  return time
}

/** What stage rights keeps. */
const keptOfRights = [
  // have it read again, whole
  /^unread$/,
  // that a file is being read
  /^reading [0-9a-f-]{36}$/,
  // how a file was when it was read, and whether it was whole
  /^(\d+-\d+-\d+|broken off .+)$/,
  // how many items a walk found
  /^\d+ items$/,
  // up to which day the feed of a catalogue was read, and where a reading of it is
  /^(none|\d{8})( reading .+)?$/,
  // up to which time of its own a database was read, or to which version its table of changes
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/,
  /^\d{1,18}( with \d{1,15} rows)?$/,
  // the settings by which records were carried over
  /^scope (catalogue|present), default (none|\d{1,9})$/,
  // how far items were compared with files, or with what a source says of them
  /^(large (none|[0-9a-f]{32}), )?(compared|after \S*)$/,
]

function checkFile({ stage, name, value }: SetRequest): string {
  if (stage !== 'rights') throw refused(stage, name, `is none that can be set; stages: ${settableStages.join(', ')}`)
  if (keptOfRights.some((kept) => kept.test(value))) return value
  throw refused(stage, name, `cannot be ${value}: "unread" has it read again, whole`)
}

const refused = (stage: string, name: string, what: string) =>
  new SlipError('USAGE', `the watermark ${stage} ${name} ${what}`)

/** A UTC time as both databases take it, with microseconds; null for what is none. */
export function asTime(text: string): string | null {
  const match = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?(?:Z|\+00(?::?00)?)?$/.exec(text)
  if (!match) return null
  const [, day = '', minute = '00:00', second = '00', fraction = ''] = match
  const whole = `${day}T${minute}:${second}Z`
  // 30 February would be taken as a day of March
  const isReal =
    day >= '1970' && !Number.isNaN(Date.parse(whole)) && new Date(whole).toISOString().startsWith(whole.slice(0, -1))
  return isReal ? `${day} ${minute}:${second}.${fraction.padEnd(6, '0')}` : null
}
