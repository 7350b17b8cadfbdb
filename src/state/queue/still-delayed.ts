import type { Connection } from '../connection.ts'
import { asked, isRow } from './row-of.ts'
import { slicesOf } from './slices.ts'

const statements = {
  postgres: `
    WITH ${asked('$1', '$2::text[]')}
    SELECT q.htid FROM asked JOIN slip_queue q ON ${isRow('q', 'asked')} WHERE q.state = 2`,
  mysql: 'SELECT htid FROM slip_queue FORCE INDEX (PRIMARY) WHERE target = ? AND htid IN (?) AND state = 2',
}

/** Which of these items are delayed, still or again. */
export async function stillDelayed(db: Connection, target: string, htids: readonly string[]): Promise<Set<string>> {
  const delayed = new Set<string>()
  for (const slice of slicesOf(htids))
    for (const { htid } of await db.query<{ htid: string }>(statements[db.dialect], [target, slice])) delayed.add(htid)
  return delayed
}
