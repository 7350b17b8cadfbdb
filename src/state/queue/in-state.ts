import type { Connection } from '../connection.ts'
import { asked, isRow } from './row-of.ts'
import { slicesOf } from './slices.ts'
import { states } from './states.ts'

const statements = {
  postgres: `
    WITH ${asked('$1', '$2::text[]')}
    SELECT q.htid FROM asked JOIN slip_queue q ON ${isRow('q', 'asked')} WHERE q.state = $3`,
  mysql: 'SELECT htid FROM slip_queue FORCE INDEX (PRIMARY) WHERE target = ? AND htid IN (?) AND state = ?',
}

/** Which of these items are in that state in a target. */
export async function findInState(
  db: Connection,
  target: string,
  htids: readonly string[],
  state: keyof typeof states,
): Promise<Set<string>> {
  const found = new Set<string>()
  for (const slice of slicesOf(htids)) {
    const rows = await db.query<{ htid: string }>(statements[db.dialect], [target, slice, states[state]])
    for (const { htid } of rows) found.add(htid)
  }
  return found
}
