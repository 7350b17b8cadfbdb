import { SlipError } from '../../errors/slip-error.ts'
import type { Connection } from '../connection.ts'

/**
 * What is paused, one row a scope; by slipctl or by plain SQL alike. A row whose `until` has passed counts no more.
 * Of the chores those that write to queue, ledger or engine rest with their stage or target: sweep, recheck, rolling scan.
 */
export type ScopeKind = 'all' | 'stage' | 'target' | 'shard' | 'lane' | 'host'

export interface Scope {
  readonly kind: ScopeKind
  /** '' for all; `TARGET/N` for a shard. */
  readonly name: string
}

export interface Pause extends Scope {
  readonly pausedAt: string
  readonly until: string | null
  /** Someone waits, or waited, until everybody has obeyed (drain.ts). */
  readonly drain: boolean
  readonly by: string
  readonly reason: string
}

interface Row {
  scope: ScopeKind
  name: string
  paused_at: string
  until: string | null
  drain: boolean | number
  paused_by: string
  reason: string
}

const postgres = {
  inForce: `
    SELECT scope, name, paused_at, until, drain, paused_by, reason FROM slip_control
    WHERE until IS NULL OR until > clock_timestamp() ORDER BY scope, name`,
  pause: `
    INSERT INTO slip_control AS c (scope, name, paused_at, until, paused_by, reason, drain)
    VALUES ($1, $2, clock_timestamp(), clock_timestamp() + make_interval(secs => $3::float8 / 1000), $4, $5, $6)
    ON CONFLICT (scope, name) DO UPDATE
      SET until = EXCLUDED.until, drain = EXCLUDED.drain, paused_by = EXCLUDED.paused_by, reason = EXCLUDED.reason,
      paused_at = CASE WHEN c.until <= clock_timestamp() THEN EXCLUDED.paused_at ELSE c.paused_at END`,
  resume: `DELETE FROM slip_control WHERE scope = $1 AND (name = $2 OR scope = 'all')`,
}

const mysql = {
  inForce: `
    SELECT scope, name, paused_at, until, drain, paused_by, reason FROM slip_control
    WHERE until IS NULL OR until > SYSDATE(6) ORDER BY scope, name`,
  /** paused_at before until, which it looks at: assignments are done from left to right. */
  pause: `
    INSERT INTO slip_control (scope, name, paused_at, until, paused_by, reason, drain)
    VALUES (?, ?, SYSDATE(6), SYSDATE(6) + INTERVAL ? * 1000 MICROSECOND, ?, ?, ?)
    ON DUPLICATE KEY UPDATE paused_at = IF(until <= SYSDATE(6), VALUES(paused_at), paused_at),
      until = VALUES(until), drain = VALUES(drain), paused_by = VALUES(paused_by), reason = VALUES(reason)`,
  resume: `DELETE FROM slip_control WHERE scope = ? AND (name = ? OR scope = 'all')`,
}

const statements = { postgres, mysql }

/** Every pause in force. */
export async function readPauses(db: Connection): Promise<Pause[]> {
  const rows = await db.query<Row & Record<string, unknown>>(statements[db.dialect].inForce)
  return rows.map(({ scope, name, paused_at, until, drain, paused_by, reason }) => ({
    kind: scope,
    name,
    pausedAt: paused_at,
    until,
    drain: Boolean(drain),
    by: paused_by,
    reason,
  }))
}

/** Pauses a scope, or changes reason and end of a pause in force. */
export async function pause(
  db: Connection,
  scope: Scope,
  options: { by: string; reason: string; forMs?: number; drain?: boolean },
): Promise<void> {
  const values = [scope.kind, scope.name, options.forMs ?? null, options.by, options.reason, options.drain ?? false]
  await db.change(statements[db.dialect].pause, values)
}

/** Ends the pause of exactly this scope; false when there was none. That of all has no name, whatever a hand gave it. */
export async function resume(db: Connection, scope: Scope): Promise<boolean> {
  return (await db.change(statements[db.dialect].resume, [scope.kind, scope.name])) > 0
}

/** `all`, `stage:index`, `target:T`, `shard:T/3`, `lane:bulk`, `host:H` → Scope. Throws USAGE. */
export function parseScope(text: string): Scope {
  if (text === 'all') return { kind: 'all', name: '' }
  const match = /^(stage|target|shard|lane|host):(.+)$/.exec(text)
  if (!match)
    throw new SlipError('USAGE', `${text} is no scope: all, stage:NAME, target:T, shard:T/N, lane:NAME or host:H`)
  return { kind: match[1] as ScopeKind, name: match[2] as string }
}

export const scopeText = ({ kind, name }: Scope): string => (kind === 'all' ? 'all' : `${kind}:${name}`)
