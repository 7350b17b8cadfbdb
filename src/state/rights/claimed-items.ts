import type { Connection } from '../connection.ts'
import { asked, isRow } from '../queue/row-of.ts'
import { slicesOf } from '../queue/slices.ts'

/** Target after target: MySQL would read all rows of each to find several items by the second column of the key. */
const statements = {
  postgres: `
    WITH ${asked('$1', '$2::text[]')}
    SELECT q.htid FROM asked JOIN slip_queue q ON ${isRow('q', 'asked')} WHERE q.state = 1`,
  mysql: 'SELECT htid FROM slip_queue FORCE INDEX (PRIMARY) WHERE target = ? AND htid IN (?) AND state = 1',
}

/** Which of these items some target has claimed: their files may have been read already, as they were. */
export async function readClaimed(db: Connection, htids: readonly string[]): Promise<Set<string>> {
  const claimed = new Set<string>()
  const targets = await db.query<{ name: string }>('SELECT name FROM slip_target ORDER BY name')
  for (const slice of slicesOf(htids))
    for (const { name } of targets)
      for (const { htid } of await db.query<{ htid: string }>(statements[db.dialect], [name, slice])) claimed.add(htid)
  return claimed
}
