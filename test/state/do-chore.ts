import { expect } from 'vitest'
import type { Chore } from '../../src/daemon/chores/chore.ts'
import type { Database } from '../../src/state/connection.ts'

/** What a chore wants to write, once it has looked; null = nothing. */
export async function lookOf(chore: Chore) {
  return 'look' in chore ? chore.look() : expect.fail(`${chore.name} looks at nothing`)
}

/** One run of a chore, as its runner does it. Returns the rows it changed. */
export async function doChore(db: Database, chore: Chore): Promise<number> {
  const work = 'look' in chore ? await lookOf(chore) : chore.work
  return work === null ? 0 : db.transaction(work)
}
