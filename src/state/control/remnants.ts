import type { Connection } from '../connection.ts'
import { remove } from '../queue/exit.ts'
import { asked, isRow } from '../queue/row-of.ts'
import { listTargets } from './target.ts'

/**
 * Queue rows of a target that is gone: a person requested items in the moment in which it went, or went on to. Nobody
 * claims them, and they would stay for ever. No claim is left when a target goes, so its other tables get nothing later.
 *
 * Which targets have rows is found a step at a time, each the first row behind those of the target before, so that twenty
 * million rows cost one read a target, whatever the planner knows of them.
 *
 * Races: a target of that name may be applied anew. Its rows are locked before it is looked for again: whoever has taken
 * one up for the new target was first, and the target is seen; whoever comes later waits, and inserts a row of its own.
 */
const statements = {
  postgres: {
    next: 'SELECT target FROM slip_queue WHERE target > $1 ORDER BY target LIMIT 1',
    lock: 'SELECT htid FROM slip_queue WHERE target = $1 ORDER BY htid LIMIT $2 FOR UPDATE',
    remove: `
      WITH ${asked('$1', '$2::text[]')}
      DELETE FROM slip_queue q USING asked WHERE ${isRow('q', 'asked')}`,
  },
  mysql: {
    next: 'SELECT target FROM slip_queue FORCE INDEX (PRIMARY) WHERE target > ? ORDER BY target LIMIT 1',
    lock: 'SELECT htid FROM slip_queue FORCE INDEX (PRIMARY) WHERE target = ? ORDER BY htid LIMIT ? FOR UPDATE',
  },
}

/** Deletes up to `limit` rows of each target that is gone; returns how many. */
export async function deleteRemnants(tx: Connection, limit: number): Promise<number> {
  let deleted = 0
  for (const target of await goneOf(tx, await queuedTargets(tx))) deleted += await deleteSome(tx, target, limit)
  return deleted
}

async function deleteSome(tx: Connection, target: string, limit: number): Promise<number> {
  const rows = await tx.query<{ htid: string }>(statements[tx.dialect].lock, [target, limit])
  const htids = rows.map(({ htid }) => htid)
  if ((await goneOf(tx, [target])).length === 0) return 0
  if (tx.dialect === 'mysql') await remove(tx, target, htids)
  else await tx.change(statements.postgres.remove, [target, htids])
  return htids.length
}

async function queuedTargets(db: Connection): Promise<string[]> {
  const names: string[] = []
  for (;;) {
    const [row] = await db.query<{ target: string }>(statements[db.dialect].next, [names.at(-1) ?? ''])
    if (row === undefined) return names
    names.push(row.target)
  }
}

async function goneOf(db: Connection, names: readonly string[]): Promise<string[]> {
  const known = new Set((await listTargets(db)).map(({ name }) => name))
  return names.filter((name) => !known.has(name))
}
