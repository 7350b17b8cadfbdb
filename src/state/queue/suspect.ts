import { errorCodes } from '../../errors/codes.ts'
import { patternOf } from '../../errors/pattern.ts'
import type { Connection } from '../connection.ts'
import { endInError, finalExit } from './dead-letter.ts'
import { longestDelayMs } from './delay.ts'
import { type Held, movedOn, movedOnSet, named, type OwnRow, ownOf, release, released, splitOwn } from './exit.ts'
import type { Worker } from './fail.ts'
import { after, isRow } from './row-of.ts'
import { chunksOf, slicesOf } from './slices.ts'

/**
 * claimed → delayed, or error ENGINE_REFUSES_ALONE, by slip-index: what was sent to the engine in a request that broke
 * without an answer. It may be the document that broke it. The attempt is given back, the row is unproven, `failed_at` is
 * the time.
 *
 * A document that broke a request of its own goes to lane 0, alone, and so does one whom that befalls a second time in
 * company: where the engine dies of it, none could be sent alone. So who kills is known though process and engine died.
 *
 * In lane 0 each further failure is a refusal, if the shard has taken something else since the last one that counted, or
 * since the row came into lane 0: what was claimed later than `failed_at` (`slip_shard.accepted_at`). So an engine that is
 * dead, or takes nothing, refuses nobody. The third refusal is the error. A time ahead of the clock, which was set back, says
 * nothing.
 *
 * When gen moved during the claim the row becomes ready instead: it was another document that failed. A proven success
 * and a new revision clear all of this. Strikes are the reaper's alone.
 */
export interface Suspect {
  readonly htid: string
  /** First delay, milliseconds. */
  readonly baseMs: number
  /** The request had no other document. */
  readonly alone: boolean
  /** The last words of the engine, for the row that stays. */
  readonly lastError: string
  /** What the errors row says, and JSON text of its place. */
  readonly message: string
  readonly detail: string
}

/** What became of the rows that were still ours. */
export interface Suspected {
  readonly ours: Set<string>
  /** Those of them that ended in error. */
  readonly refused: Set<string>
}

const refusalsAllowed = 3
const code = 'ENGINE_REFUSES_ALONE'

const value = (list: string, of: string) => `(${list}[])[${of}.at]`
const alone = value('$5::boolean', 'own')
const counts = `(own.lane = 0 AND ${alone} AND coalesce(s.accepted_at > own.failed_at AND s.accepted_at <= clock_timestamp(), false))`

const postgres = `
WITH ${ownOf(named, ', q.refusals, q.failed_at')},
${movedOn(', unproven = true')},
judged AS MATERIALIZED (
  SELECT own.*, ${counts} AS counts, own.refusals + ${counts}::int AS refused,
         CASE WHEN ${alone} OR own.failed_at IS NOT NULL THEN 0 ELSE own.lane END AS lane_now
  FROM own LEFT JOIN slip_shard s ON s.target = $1 AND s.shard = own.shard WHERE own.gen = own.claimed_gen),
delayed AS (
  UPDATE slip_queue q
  SET state = CASE WHEN q.hold THEN 3 ELSE 2 END, attempts = greatest(q.attempts - 1, 0), unproven = true,
      last_error = left(${value('$6::text', 'j')}, 1000), ${released}, lane = j.lane_now, refusals = j.refused,
      failed_at = CASE WHEN q.lane = 0 AND q.failed_at <= clock_timestamp() AND NOT j.counts THEN q.failed_at ELSE clock_timestamp() END,
      available_at = CASE WHEN NOT q.hold THEN clock_timestamp() + make_interval(secs => (0.5 + random()) / 1000.0 *
        least(${value('$4::bigint', 'j')}, ${longestDelayMs / 1.5})) END
  FROM judged j WHERE ${isRow('q', 'j')} AND j.refused < ${refusalsAllowed}),
final AS MATERIALIZED (
  SELECT target, htid, at, shard, claimed_rev, fence, attempts, waive, true AS unproven FROM judged
  WHERE refused >= ${refusalsAllowed}),
${finalExit},
failed AS (
  INSERT INTO slip_errors (target, htid, rev, shard, stage, code, class, message, pattern, detail, attempts, pid, host,
                           worker, error_time)
  SELECT $1, htid, claimed_rev, shard, 'index', '${code}', '${errorCodes[code].class}',
         left(${value('$7::text', 'final')}, 4000), ${value('$8::text', 'final')}, ${value('$9::text', 'final')},
         greatest(attempts - 1, 0), $10, $11, $12, clock_timestamp()
  FROM final WHERE ${after('superseded')} ORDER BY htid)
SELECT htid, htid IN (SELECT htid FROM final) AS refused FROM own`

/** The value of a row in a list that runs beside the list of ids: MySQL has no unnest. */
const each = 'ELT(FIELD(htid, ?), ?)'

const mysql = {
  /** Of rows that are locked. */
  standing: `
    SELECT q.htid, q.lane, q.refusals, q.failed_at IS NOT NULL AS failed,
           q.failed_at <= SYSDATE(6) AS past, s.accepted_at > q.failed_at AND s.accepted_at <= SYSDATE(6) AS accepted
    FROM slip_queue q FORCE INDEX (PRIMARY) LEFT JOIN slip_shard s ON s.target = q.target AND s.shard = q.shard
    WHERE q.target = ? AND q.htid IN (?)`,
  delayed: `
    state = CASE WHEN hold THEN 3 ELSE 2 END, attempts = GREATEST(attempts - 1, 0), unproven = TRUE,
    last_error = LEFT(${each}, 1000), lane = ${each}, refusals = ${each}, failed_at = IF(${each} = '1', SYSDATE(6), failed_at),
    available_at = IF(hold, NULL, SYSDATE(6) + INTERVAL ROUND((0.5 + RAND()) * ${each} * 1000) MICROSECOND)`,
}

/** `by` is named in the errors row. */
export async function suspect(tx: Connection, held: Held, items: readonly Suspect[], by: Worker): Promise<Suspected> {
  if (tx.dialect === 'mysql') return suspectMysql(tx, held, items, by)
  const column = <K extends keyof Suspect>(key: K) => items.map((item) => item[key])
  const rows = await tx.query<{ htid: string; refused: boolean }>(postgres, [
    held.target,
    held.token,
    column('htid'),
    column('baseMs'),
    column('alone'),
    column('lastError'),
    column('message'),
    items.map(({ message }) => patternOf(message)),
    column('detail'),
    by.pid,
    by.host,
    by.worker,
  ])
  const refused = rows.filter((row) => row.refused)
  return { ours: new Set(rows.map(({ htid }) => htid)), refused: new Set(refused.map(({ htid }) => htid)) }
}

interface Standing extends Record<string, unknown> {
  readonly htid: string
  readonly lane: number
  readonly refusals: number
  readonly failed: number
  readonly past: number | null
  readonly accepted: number | null
}

/** The statements of an error are those of dead-letter.ts. */
async function suspectMysql(tx: Connection, held: Held, items: readonly Suspect[], by: Worker): Promise<Suspected> {
  const { target } = held
  const known = new Map(items.map((item) => [item.htid, item]))
  const { ours, moved, rest } = await splitOwn(tx, held, [...known.keys()])
  await release(tx, target, moved, `${movedOnSet}, unproven = TRUE`)
  const standings = await standingsOf(tx, target, rest)
  const judged = rest.map((row) => ({ row, ...judge(standings.get(row.htid)!, known.get(row.htid)!) }))
  for (const some of chunksOf(judged.filter(({ refusals }) => refusals < refusalsAllowed))) {
    const htids = some.map(({ row }) => row.htid)
    const values = some.map(({ row, lane, refusals, now }) => {
      const { lastError, baseMs } = known.get(row.htid)!
      return [lastError, lane, refusals, Number(now), Math.min(baseMs, longestDelayMs / 1.5)]
    })
    const columns = [0, 1, 2, 3, 4].flatMap((at) => [htids, values.map((value) => value[at])])
    await release(
      tx,
      target,
      some.map(({ row }) => row),
      mysql.delayed,
      columns,
    )
  }
  const final = judged
    .filter(({ refusals }) => refusals >= refusalsAllowed)
    .map(({ row }) => ({ ...row, unproven: true }))
  await endInError(tx, target, final, ({ htid, claimed_rev: rev, attempts }) => {
    const { message, detail } = known.get(htid)!
    const what = { code, class: errorCodes[code].class, message, detail }
    return { ...what, ...by, stage: 'index', rev, attempts: Math.max(attempts - 1, 0) }
  })
  return { ours, refused: new Set(final.map(({ htid }) => htid)) }
}

async function standingsOf(tx: Connection, target: string, rows: readonly OwnRow[]): Promise<Map<string, Standing>> {
  const found: Standing[] = []
  for (const slice of slicesOf(rows.map(({ htid }) => htid)))
    found.push(...(await tx.query<Standing>(mysql.standing, [target, slice])))
  return new Map(found.map((row) => [row.htid, row]))
}

/** `now`: the failure is the one to compare with. */
function judge({ lane, refusals, failed, past, accepted }: Standing, { alone }: Suspect) {
  const counts = lane === 0 && alone && Boolean(accepted)
  const isKept = lane === 0 && Boolean(past) && !counts
  return { lane: alone || failed ? 0 : lane, refusals: refusals + Number(counts), now: !isKept }
}
