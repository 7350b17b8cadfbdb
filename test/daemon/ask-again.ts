import type { Library } from './library.ts'
import { runOnce } from './processes.ts'

/** Everything is new content, and queued: before a test whose daemons have work to do. */
export async function askAgain({ state, configFile }: Library): Promise<void> {
  await state.db.query('UPDATE slip_rights SET rev = rev + 1, insert_time = CURRENT_TIMESTAMP(6)')
  await runOnce('enqueue', configFile)
}

/** The same on an empty queue: what a daemon of the test before still held would come back alone, one by one. */
export async function askAnew(library: Library): Promise<void> {
  for (const table of ['slip_claim', 'slip_queue']) await library.state.db.query(`DELETE FROM ${table}`)
  await askAgain(library)
}
