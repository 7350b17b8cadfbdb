import type { Connection } from '../connection.ts'
import { type Held, type OwnRow, own, release, released, splitOwn, stays } from './exit.ts'
import { isRow } from './row-of.ts'
import { chunksOf } from './slices.ts'

/**
 * claimed → delayed, by slip-index. An item error with attempts left waits base · 2ⁿ⁻¹ · (½…1½), n = attempts so far. A
 * fault of an engine, source or mount gives the attempt back and waits base · (½…1½): never straight to ready, or the
 * head of a bucket spins. `unproven` is set when a post was sent and never answered.
 *
 * When gen moved during the claim the row becomes ready instead, as unproven as it is; a row that is held waits for nobody.
 */
export interface Delay {
  readonly htid: string
  /** First delay, milliseconds. */
  readonly baseMs: number
  readonly environment: boolean
  readonly unproven: boolean
  readonly message: string
}

/** No back-off is longer; the mover takes a row that says otherwise for the victim of a clock step. */
export const longestDelayMs = 86_400_000

const [baseMs, environment, unproven, message] = [
  '($4::bigint[])',
  '($5::boolean[])',
  '($6::boolean[])',
  '($7::text[])',
].map((list) => `${list}[own.at]`)

const postgres = `
WITH ${own},
moved AS (
  UPDATE slip_queue q SET state = ${stays}, attempts = 0, unproven = q.unproven OR ${unproven}, ${released}
  FROM own WHERE ${isRow('q', 'own')} AND own.gen <> own.claimed_gen),
delayed AS (
  UPDATE slip_queue q
  SET state = CASE WHEN q.hold THEN 3 ELSE 2 END, attempts = greatest(q.attempts - ${environment}::int, 0),
      unproven = q.unproven OR ${unproven}, last_error = left(${message}, 1000), ${released},
      available_at = CASE WHEN NOT q.hold THEN clock_timestamp() + make_interval(secs => (0.5 + random()) / 1000.0 *
        least(${baseMs} * CASE WHEN ${environment} THEN 1 ELSE power(2, least(q.attempts, 30) - 1) END, ${longestDelayMs / 1.5})) END
  FROM own WHERE ${isRow('q', 'own')} AND own.gen = own.claimed_gen)
SELECT htid FROM own`

/** The value of a row in a list that runs beside the list of ids: MySQL has no unnest. */
const each = 'ELT(FIELD(htid, ?), ?)'

const mysql = {
  moved: `state = ${stays}, attempts = 0, unproven = unproven OR ${each}`,
  delayed: `
    state = CASE WHEN hold THEN 3 ELSE 2 END, attempts = GREATEST(attempts - ${each}, 0), unproven = unproven OR ${each},
    last_error = LEFT(${each}, 1000),
    available_at = IF(hold, NULL, SYSDATE(6) + INTERVAL ROUND((0.5 + RAND()) * ${each} * 1000) MICROSECOND)`,
}

/** Returns the ids that were still ours. */
export async function delay(tx: Connection, held: Held, items: readonly Delay[]): Promise<Set<string>> {
  if (tx.dialect === 'mysql') return delayMysql(tx, held, items)
  const column = <K extends keyof Delay>(key: K) => items.map((item) => item[key])
  const rows = await tx.query<{ htid: string }>(postgres, [
    held.target,
    held.token,
    column('htid'),
    column('baseMs'),
    column('environment'),
    column('unproven'),
    column('message'),
  ])
  return new Set(rows.map((row) => row.htid))
}

async function delayMysql(tx: Connection, held: Held, items: readonly Delay[]): Promise<Set<string>> {
  const known = new Map(items.map((item) => [item.htid, item]))
  const { ours, moved, rest } = await splitOwn(tx, held, [...known.keys()])
  for (const rows of chunksOf(moved)) {
    const unproven = rows.map(({ htid }) => Number(known.get(htid)!.unproven))
    await release(tx, held.target, rows, mysql.moved, [rows.map(({ htid }) => htid), unproven])
  }
  for (const rows of chunksOf(rest)) {
    const htids = rows.map(({ htid }) => htid)
    const values = rows.map((row) => delayOf(row, known.get(row.htid)!))
    const columns = [0, 1, 2, 3].flatMap((at) => [htids, values.map((value) => value[at])])
    await release(tx, held.target, rows, mysql.delayed, columns)
  }
  return ours
}

function delayOf({ attempts }: OwnRow, { baseMs, environment, unproven, message }: Delay) {
  const growth = environment ? 1 : 2 ** (Math.min(attempts, 30) - 1)
  return [Number(environment), Number(unproven), message, Math.min(baseMs * growth, longestDelayMs / 1.5)] as const
}
