import type { Connection } from '../connection.ts'
import { deleteNamed } from './delete-named.ts'
import { requestItems } from './enqueue.ts'
import { asked, isRow, withLedger } from './row-of.ts'

/**
 * The engine is asked about an item again – two leases, an hour and a day after an exit that could not be sure –, and what
 * it holds must be what the ledger says: presence, rev and digest. Else the item is requested in lane ops, and the row's
 * fence is raised to the engine's, so that the next claim's is higher. Either way the next question is due later; after
 * the third the row goes. The ledger's shard is asked and no other: a claim keeps its shard in row and ledger, so a late
 * post of it arrives there. Documents in other shards are found by the rolling scan.
 *
 * The answer is read outside of any transaction, so it counts only if the item was not queued and the ledger row is the
 * same before and after; what was in motion is put off by a lease. Queue rows are looked at before the ledger: an exit
 * that came between shows in either.
 *
 * Races: nothing is locked before the request, for locks go from the queue to the ledger and on, and an exit that holds
 * the item's queue row would wait for a ledger row of ours. A row of slip_recheck is changed only as it was read: an
 * exit that sets it back to the start while the engine is asked is not undone.
 */
export interface Question {
  readonly htid: string
  readonly asked: number
  readonly dueAt: string
  /** What the ledger says; null where a hand edit took the row away. */
  readonly ledger: Ledger | null
}

interface Ledger {
  readonly shard: number
  readonly rev: number
  readonly fence: number
  /** Null = absent. */
  readonly digest: string | null
}

/** What the ledger's shard answered; null = it holds nothing. */
export type Answer = Question & { readonly found: { rev: number; fence: number; digest: string } | null }

interface DueRow extends Record<string, unknown> {
  readonly htid: string
  readonly asked: number
  readonly due_at: string
  readonly shard: number | null
  readonly rev: number
  readonly fence: number
  readonly digest: string | null
}

/** The target is no reason to look elsewhere than among what is due: all questions of it would be read. */
const due = (now: string, farAway: string, place: readonly string[], ledger: string) => `
  SELECT r.htid, r.asked, r.due_at, l.shard, l.rev, l.fence, l.digest
  FROM ((SELECT * FROM slip_recheck WHERE (target = ${place[0]}) IS TRUE AND due_at <= ${now} ORDER BY due_at LIMIT ${place[1]})
        UNION ALL
        (SELECT * FROM slip_recheck WHERE (target = ${place[2]}) IS TRUE AND due_at > ${farAway} ORDER BY due_at LIMIT ${place[3]})) r
  ${ledger}
  ORDER BY r.htid`

/** Further away than any question is put: the clock was set back. The clock is read once, or no index would serve. */
const statements = {
  postgres: {
    due: due(
      '(SELECT clock_timestamp())',
      `(SELECT clock_timestamp() + interval '7 days')`,
      ['$1', '$2', '$1', '$2'],
      withLedger('r.target', 'r'),
    ),
    queued: `
      SELECT d.htid FROM unnest($2::text[]) AS d (htid)
      WHERE (SELECT true FROM slip_queue q WHERE q.target = $1 AND q.htid = d.htid LIMIT 1)`,
    ledger: `
      WITH ${asked('$1', '$2::text[]')}
      SELECT l.htid, l.shard, l.rev, l.fence, l.digest FROM asked JOIN slip_indexed l ON ${isRow('l', 'asked')}`,
    fence: `
      WITH ${asked('$1', '$2::text[], $3::bigint[]', 'htid, fence')}
      UPDATE slip_queue q SET fence = greatest(q.fence, asked.fence) FROM asked WHERE ${isRow('q', 'asked')}`,
    verified: `
      WITH ${asked('$1', '$2::text[], $3::bigint[]', 'htid, fence')},
      same AS MATERIALIZED (
        SELECT l.target, l.htid FROM asked JOIN slip_indexed l ON ${isRow('l', 'asked')}
        WHERE l.fence = asked.fence ORDER BY l.htid FOR UPDATE OF l)
      UPDATE slip_indexed l SET verified_at = clock_timestamp() FROM same WHERE ${isRow('l', 'same')}`,
    lock: `
      WITH ${asked('$1', '$2::text[]')}
      SELECT r.htid, r.asked, r.due_at FROM asked JOIN slip_recheck r ON ${isRow('r', 'asked')}
      ORDER BY r.htid FOR UPDATE OF r`,
    later: `
      WITH ${asked('$3', '$4::text[]')}
      UPDATE slip_recheck r SET asked = $1, due_at = clock_timestamp() + make_interval(secs => $2::float8 / 1000)
      FROM asked WHERE ${isRow('r', 'asked')}`,
    done: `
      WITH ${asked('$1', '$2::text[]')}
      DELETE FROM slip_recheck r USING asked WHERE ${isRow('r', 'asked')}`,
  },
  mysql: {
    due: due(
      'NOW(6)',
      'NOW(6) + INTERVAL 7 DAY',
      ['?', '?', '?', '?'],
      'LEFT JOIN slip_indexed l ON l.target = r.target AND l.htid = r.htid',
    ),
    queued: 'SELECT htid FROM slip_queue FORCE INDEX (PRIMARY) WHERE target = ? AND htid IN (?)',
    ledger: 'SELECT htid, shard, rev, fence, digest FROM slip_indexed WHERE target = ? AND htid IN (?)',
    fence: `
      UPDATE slip_queue FORCE INDEX (PRIMARY) SET fence = GREATEST(fence, CAST(ELT(FIELD(htid, ?), ?) AS UNSIGNED))
      WHERE target = ? AND htid IN (?)`,
    verified: `
      UPDATE slip_indexed FORCE INDEX (PRIMARY) SET verified_at = SYSDATE(6)
      WHERE target = ? AND htid IN (?) AND fence = CAST(ELT(FIELD(htid, ?), ?) AS UNSIGNED)`,
    lock: `
      SELECT htid, asked, due_at FROM slip_recheck FORCE INDEX (PRIMARY) WHERE target = ? AND htid IN (?)
      ORDER BY htid FOR UPDATE`,
    later: `
      UPDATE slip_recheck FORCE INDEX (PRIMARY) SET asked = ?, due_at = SYSDATE(6) + INTERVAL ? * 1000 MICROSECOND
      WHERE target = ? AND htid IN (?)`,
    done: deleteNamed('slip_recheck'),
  },
}

const hour = 3_600_000
/** How long after the question before: after the third the row goes. */
const laterMs = [hour, 24 * hour]

/** The questions due, `limit` at most, in id order. */
export async function dueQuestions(db: Connection, target: string, limit: number): Promise<Question[]> {
  const values = db.dialect === 'postgres' ? [target, limit] : [target, limit, target, limit]
  const rows = await db.query<DueRow>(statements[db.dialect].due, values)
  return rows.map(({ htid, asked, due_at: dueAt, shard, rev, fence, digest }) => {
    return { htid, asked, dueAt, ledger: shard === null ? null : { shard, rev, fence, digest } }
  })
}

export interface Rechecked {
  readonly right: readonly string[]
  /** Requested anew, where they have rights. */
  readonly wrong: readonly string[]
  readonly putOff: readonly string[]
}

/**
 * Does what the answers say; `unanswered` are of shards that are away.
 *
 * @param leaseMs lease of the target
 */
export async function applyAnswers(
  tx: Connection,
  { name, lease: leaseMs }: { readonly name: string; readonly lease: number },
  answers: readonly Answer[],
  unanswered: readonly Question[] = [],
): Promise<Rechecked> {
  const moving = await inMotion(tx, name, answers)
  const still = answers.filter(({ htid }) => !moving.has(htid))
  const wrong = still.filter((answer) => !agrees(answer))
  const right = still.filter(agrees)
  const putOff = [...answers.filter(({ htid }) => moving.has(htid)), ...unanswered]
  await request(tx, name, wrong)
  await verify(tx, name, right)
  await step(tx, name, { next: still, putOff, leaseMs })
  return { right: right.map(idOf), wrong: wrong.map(idOf), putOff: putOff.map(idOf) }
}

const idOf = ({ htid }: Question) => htid

function agrees({ ledger, found }: Answer): boolean {
  if (ledger === null || ledger.digest === null) return found === null
  return found !== null && found.rev === ledger.rev && found.digest === ledger.digest
}

/** What was queued, or whose ledger row changed, since the questions were read. */
async function inMotion(tx: Connection, target: string, answers: readonly Answer[]): Promise<Set<string>> {
  if (answers.length === 0) return new Set()
  const htids = answers.map(idOf)
  const { queued, ledger } = statements[tx.dialect]
  const moving = new Set((await tx.query<{ htid: string }>(queued, [target, htids])).map(({ htid }) => htid))
  const rows = await tx.query<Ledger & { htid: string }>(ledger, [target, htids])
  const now = new Map(rows.map((row) => [row.htid, row]))
  for (const { htid, ledger: before } of answers) if (!isSame(before, now.get(htid))) moving.add(htid)
  return moving
}

const isSame = (before: Ledger | null, now: Ledger | undefined): boolean =>
  before === null
    ? now === undefined
    : before.fence === now?.fence &&
      before.rev === now.rev &&
      before.digest === now.digest &&
      before.shard === now.shard

async function request(tx: Connection, target: string, wrong: readonly Answer[]): Promise<void> {
  if (wrong.length === 0) return
  await requestItems(tx, target, wrong.map(idOf), { lane: 'ops', reason: 'recheck' })
  const held = wrong.filter(({ found }) => found !== null)
  if (held.length === 0) return
  const [htids, fences] = [held.map(idOf), held.map(({ found }) => found?.fence)]
  const values = tx.dialect === 'postgres' ? [target, htids, fences] : [htids, fences, target, htids]
  await tx.change(statements[tx.dialect].fence, values)
}

async function verify(tx: Connection, target: string, right: readonly Answer[]): Promise<void> {
  const known = right.filter(({ ledger }) => ledger !== null)
  if (known.length === 0) return
  const [htids, fences] = [known.map(idOf), known.map(({ ledger }) => ledger?.fence)]
  const values = tx.dialect === 'postgres' ? [target, htids, fences] : [target, htids, htids, fences]
  await tx.change(statements[tx.dialect].verified, values)
}

interface Steps {
  readonly next: readonly Question[]
  readonly putOff: readonly Question[]
  readonly leaseMs: number
}

async function step(tx: Connection, target: string, { next, putOff, leaseMs }: Steps): Promise<void> {
  const all = [...next, ...putOff]
  if (all.length === 0) return
  const { lock, later, done } = statements[tx.dialect]
  const rows = await tx.query<DueRow>(lock, [target, all.map(idOf)])
  const now = new Map(rows.map((row) => [row.htid, `${row.asked} ${row.due_at}`]))
  const unchanged = ({ htid, asked, dueAt }: Question) => now.get(htid) === `${asked} ${dueAt}`
  const put = (asked: number, ms: number, of: readonly Question[]) =>
    of.length > 0 && tx.change(later, [asked, ms, target, of.map(idOf)])
  for (const [asked, of] of Map.groupBy(putOff.filter(unchanged), (each) => each.asked)) await put(asked, leaseMs, of)
  for (const [asked, of] of Map.groupBy(next.filter(unchanged), (each) => each.asked)) {
    const ms = laterMs[asked]
    if (ms === undefined) await tx.change(done, doneValues(tx, target, of.map(idOf)))
    else await put(asked + 1, ms, of)
  }
}

const doneValues = ({ dialect }: Connection, target: string, htids: readonly string[]) =>
  dialect === 'postgres' ? [target, htids] : [JSON.stringify(htids), target]
