import { type StatusQuery, type StatusRows, statusOf, statusQueryNames } from '../../state/audit/status.ts'
import { databaseClock } from '../../state/clock.ts'
import type { Connection } from '../../state/connection.ts'
import { type Breaker, readBreakers } from '../../state/control/breaker.ts'
import { type Pause, readPauses, scopeText } from '../../state/control/pause.ts'
import type { Session } from '../command.ts'
import { jsonRow } from '../json-text.ts'
import { asTyped } from '../next-step.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { section } from '../table.ts'
import { age, moment, plural, size } from '../units.ts'

type Status = { [Q in StatusQuery]: StatusRows[Q][] } & {
  readonly paused: readonly Pause[]
  /** What is away or broken. */
  readonly suspended: readonly Breaker[]
  /** The clock of the database: ages are by it. */
  readonly now: string
}

export async function run(args: Session): Promise<number> {
  return withState(args, async ({ db, config }) => {
    const status = await readStatus(db, config.breaker.probe)
    print(args, jsonStatus(status), () => sections(status, args).join('\n\n'))
    return 0
  })
}

async function readStatus(db: Connection, probeMs: number): Promise<Status> {
  const counted = await Promise.all(statusQueryNames.map(async (query) => [query, await statusOf(db, query)] as const))
  const rows = Object.fromEntries(counted) as unknown as { [Q in StatusQuery]: StatusRows[Q][] }
  const suspended = await readBreakers(db, probeMs)
  return { ...rows, paused: await readPauses(db), suspended, now: await databaseClock(db) }
}

/** Each list with its rows as JSON has them. */
const jsonStatus = (status: Status) =>
  Object.fromEntries(
    Object.entries(status).map(([name, rows]) => [name, typeof rows === 'string' ? rows : rows.map(jsonRow)]),
  )

function sections(status: Status, session: Session): string[] {
  return [
    rights(status),
    queue(status),
    shards(status, session),
    ledger(status),
    errors(status),
    workers(status, session),
    paused(status),
    suspended(status),
  ]
}

function rights({ rights: [row] }: Status): string {
  if (row === undefined || row.items === 0) return 'Rights: none loaded yet'
  const apart = `${row.withdrawn} withdrawn, ${row.nobody} available to nobody`
  return `Rights: ${plural(row.items, 'item')} (${apart}), newest ${moment(row.newest ?? '')} UTC`
}

function queue({ queue, now }: Status): string {
  const rows = queue.map(({ target, lane, state, items, oldest }) => [target, lane, state, items, age(oldest, now)])
  return section('Queue', ['target', 'lane', 'state', 'items', 'oldest'], rows, 'empty')
}

/** What puts a shard right that was set back. */
const remedies: Record<string, string> = { ahead: 'index adopt', behind: 'index repair' }

function shards({ shards }: Status, session: Session): string {
  const rows = shards.map(({ target, shard, state, reason, indexed, pages, bytes }) => {
    const remedy = remedies[state] === undefined ? '' : asTyped(`; slipctl ${remedies[state]} ${target}`, session)
    return [target, shard, state, indexed, pages, size(bytes), `${reason}${remedy}`]
  })
  return section(
    'Shards',
    ['target', 'shard', 'state', 'indexed', 'pages', 'bytes', 'reason'],
    rows,
    'none; no target is applied',
  )
}

function ledger({ ledger }: Status): string {
  const rows = ledger.map((row) => [row.target, row.presence, row.items, row.pages, size(row.bytes)])
  return section('Ledger', ['target', 'presence', 'items', 'pages', 'bytes'], rows, 'empty')
}

function errors({ errors, now }: Status): string {
  const rows = errors.map(({ target, code, items, first, last }) => [
    target ?? 'source',
    code,
    items,
    age(first, now),
    age(last, now),
  ])
  return section('Errors', ['target', 'code', 'items', 'oldest', 'newest'], rows, 'none unresolved')
}

function workers({ workers, now }: Status, session: Session): string {
  const [past, present] = [workers.filter(({ expired }) => expired), workers.filter(({ expired }) => !expired)]
  const rows = present.map((row) => [
    row.stage,
    row.host,
    row.pid,
    row.code_version,
    age(row.started_at, now),
    `${age(row.heartbeat_at, now)} ago`,
    row.dead ? 'dead' : 'alive',
  ])
  const headings = ['stage', 'host', 'pid', 'release', 'up', 'heard', 'state']
  const lines = [section('Workers', headings, rows, 'none')]
  if (past.length > 0) lines.push(expiredLine(past, now, session))
  return lines.join('\n')
}

/** Daemons that died are kept for long: they are counted here, and listed by a command of their own. */
function expiredLine(past: Status['workers'], now: string, session: Session): string {
  const last = past.map(({ expired_at }) => expired_at ?? '').reduce((a, b) => (a > b ? a : b))
  return asTyped(`  ${past.length} expired, the last ${age(last, now)} ago: slipctl workers --all`, session)
}

function paused({ paused }: Status): string {
  const rows = paused.map((pause) => [
    scopeText(pause),
    moment(pause.pausedAt),
    pause.until === null ? 'resumed' : moment(pause.until),
    pause.by,
    pause.reason,
  ])
  return section('Paused', ['scope', 'since', 'until', 'by', 'reason'], rows, 'nothing')
}

function suspended({ suspended, now }: Status): string {
  const rows = suspended.map(({ kind, name, failures, since, next_probe, due, reason }) => [
    `${kind}:${name}`,
    age(since, now),
    failures,
    due ? 'now' : moment(next_probe),
    reason,
  ])
  return section('Suspended', ['what', 'for', 'failures', 'tried again', 'reason'], rows, 'nothing')
}
