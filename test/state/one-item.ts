import { afterEach } from 'vitest'
import type { Database } from '../../src/state/connection.ts'
import type { Claim } from '../../src/state/queue/claim.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { change, enqueue, indexed, settleInside } from './fixture.ts'
import { state } from './opened.ts'

/** For a file of races about one item each: what they do to it. */
export async function ready(htid: string): Promise<void> {
  await change(state.db, [htid])
  await enqueue(state.db, [htid])
}

export const request = (htid: string) =>
  state.db.transaction((tx) => requestItems(tx, 'main', [htid], { lane: 'ops', reason: 'request' }))

export const settle = (db: Database, held: Claim, htid: string) =>
  db.transaction((tx) => settleInside(tx, held, [indexed(htid)]))

/** Called at the top of such a file. */
export function emptyAfterEach(): void {
  afterEach(async () => {
    for (const table of ['slip_queue', 'slip_claim', 'slip_recheck']) await state.db.query(`DELETE FROM ${table}`)
  })
}
