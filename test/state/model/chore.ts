import type { Chore } from '../../../src/daemon/chores/chore.ts'
import type { Database } from '../../../src/state/connection.ts'

/** One run of a chore, as its runner does it. */
export async function doChore(db: Database, chore: Chore): Promise<number> {
  const work = 'look' in chore ? await chore.look() : chore.work
  return work === null ? 0 : db.transaction(work)
}
