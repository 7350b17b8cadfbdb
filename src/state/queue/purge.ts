import { errorCodes } from '../../errors/codes.ts'
import { patternOf } from '../../errors/pattern.ts'
import type { Connection } from '../connection.ts'
import { endInError, finalExit } from './dead-letter.ts'
import { type LockedItem, lockItems, sortNamed } from './lock-items.ts'
import { noteOf, type Person } from './person.ts'
import { after, asked, isRow } from './row-of.ts'

/**
 * ready, delayed, held → purged, by people: the row leaves the queue as one that ends in error does – ledger with the old
 * rev and the greatest fence, an unproven item asked about again –, and its errors row is resolved from the start, with
 * the rev that was queued: no sweep asks for that rev again, a newer one is enqueued as ever.
 *
 * Races: rows are locked in id order before they are looked at. A claimed one is its worker's, and only reported.
 */
const postgres = `
WITH ${asked('$1', '$2::text[]')},
named AS MATERIALIZED (
  SELECT q.target, q.htid, q.state, q.shard, q.rev, q.fence, q.attempts, q.unproven, q.waive
  FROM asked JOIN slip_queue q ON ${isRow('q', 'asked')} ORDER BY q.htid FOR UPDATE OF q),
final AS MATERIALIZED (SELECT * FROM named WHERE state <> 1),
${finalExit},
purged AS (
  INSERT INTO slip_errors (target, htid, rev, shard, stage, code, class, message, pattern, attempts, error_time,
                           resolved_at, resolution, note)
  SELECT $1, htid, rev, shard, 'ctl', 'PURGED', 'item', $3, $4, attempts, now, now, 'purged', $5
  FROM final, clock_timestamp() AS now WHERE ${after('superseded')} ORDER BY htid)
SELECT htid, state FROM named ORDER BY htid`

/** Takes items out of the queue for this rev. Those in `claimed` are untouched. */
export async function purgeItems(
  tx: Connection,
  target: string,
  htids: readonly string[],
  by: Person,
): Promise<{ purged: string[]; claimed: string[]; unknown: string[] }> {
  const rows = await (tx.dialect === 'postgres' ? purgePostgres : purgeMysql)(tx, target, htids, by)
  const { free, claimed, unknown } = sortNamed(htids, rows)
  return { purged: free, claimed, unknown }
}

const { means } = errorCodes.PURGED

function purgePostgres(tx: Connection, target: string, htids: readonly string[], by: Person) {
  return tx.query<LockedItem>(postgres, [target, [...new Set(htids)], means, patternOf(means), noteOf(by)])
}

async function purgeMysql(tx: Connection, target: string, htids: readonly string[], by: Person) {
  const rows = await lockItems(tx, target, htids)
  await endInError(
    tx,
    target,
    rows.filter(({ state }) => state !== 1),
    ({ rev, attempts }) => ({
      stage: 'ctl',
      rev,
      code: 'PURGED',
      class: 'item',
      message: means,
      detail: null,
      attempts,
      pid: null,
      host: null,
      worker: null,
      resolved: { resolution: 'purged', note: noteOf(by) },
    }),
  )
  return rows
}
