import type { Database } from '../../src/state/connection.ts'
import { untilBlocked } from './fixture.ts'
import { state, token } from './opened.ts'

/** Runs `claiming` up to where it waits for its worker's row, then `meanwhile`, and lets it go on. */
export async function heldUp<T>(claiming: () => Promise<T>, meanwhile: (db: Database) => Promise<unknown>): Promise<T> {
  const third = await state.another()
  let answer: Promise<T> | undefined
  await state.db.transaction(async (tx) => {
    // as its heartbeat does
    await tx.query(`SELECT 1 FROM slip_worker WHERE token = '${token}' FOR UPDATE`)
    answer = claiming()
    answer.catch(() => undefined)
    await untilBlocked(state.db)
    await meanwhile(third)
  })
  return answer as Promise<T>
}
