import { patternOf } from '../../errors/pattern.ts'
import type { Connection } from '../connection.ts'
import { endInError, finalExit } from './dead-letter.ts'
import { type Held, movedOn, movedOnSet, own, release, splitOwn } from './exit.ts'
import { after } from './row-of.ts'

/**
 * claimed → error, by slip-index: permanent, or attempts spent. In one transaction the errors row is written (an older
 * unresolved one of the item is superseded), the ledger row keeps shard and fence with the old rev (0 = never indexed),
 * and the queue row goes. When gen moved during the claim the row becomes ready instead and no error is written: what
 * failed was not what is wanted now. A hold goes with the row.
 */
export interface Failure {
  readonly htid: string
  readonly code: string
  readonly class: 'item' | 'environment' | 'internal'
  readonly message: string
  /** JSON text: the place, and the stack of an internal error. */
  readonly detail: string
}

export interface Worker {
  readonly worker: string
  readonly pid: number
  readonly host: string
}

const value = (list: string) => `(${list}::text[])[final.at]`

const postgres = `
WITH ${own},
${movedOn()},
final AS MATERIALIZED (SELECT * FROM own WHERE gen = claimed_gen),
${finalExit},
failed AS (
  INSERT INTO slip_errors (target, htid, rev, shard, stage, code, class, message, pattern, detail, attempts, pid, host,
                           worker, error_time)
  SELECT $1, htid, claimed_rev, shard, 'index', ${value('$4')}, ${value('$5')}, left(${value('$6')}, 4000), ${value('$7')},
         ${value('$8')}, attempts, $9, $10, $11, clock_timestamp()
  FROM final WHERE ${after('superseded')} ORDER BY htid)
SELECT htid FROM own`

/** Returns the ids that were still ours. */
export async function fail(tx: Connection, held: Held, items: readonly Failure[], by: Worker): Promise<Set<string>> {
  if (tx.dialect === 'mysql') return failMysql(tx, held, items, by)
  const column = <K extends keyof Failure>(key: K) => items.map((item) => item[key])
  const rows = await tx.query<{ htid: string }>(postgres, [
    held.target,
    held.token,
    column('htid'),
    column('code'),
    column('class'),
    column('message'),
    items.map(({ message }) => patternOf(message)),
    column('detail'),
    by.pid,
    by.host,
    by.worker,
  ])
  return new Set(rows.map((row) => row.htid))
}

/** The statements are those of dead-letter.ts, which the reaper shares. */
async function failMysql(tx: Connection, held: Held, items: readonly Failure[], by: Worker): Promise<Set<string>> {
  const known = new Map(items.map((item) => [item.htid, item]))
  const { ours, moved, rest } = await splitOwn(tx, held, [...known.keys()])
  await release(tx, held.target, moved, movedOnSet)
  await endInError(tx, held.target, rest, ({ htid, claimed_rev: rev, attempts }) => {
    return { ...known.get(htid)!, ...by, stage: 'index', rev, attempts }
  })
  return ours
}
