import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { change, enqueue, openState, type State } from './fixture.ts'

let state: State
beforeAll(async () => {
  state = await openState()
})
afterAll(() => state.close())

describe('keys', () => {
  test('ids that differ only in case are two items; blanks and non-ASCII are refused', async () => {
    await change(state.db, ['k.Aa', 'k.aA', `k.q'"%_\\:/`, `k.${'x'.repeat(253)}`])
    expect(await enqueue(state.db, ['k.Aa', 'k.aA', `k.q'"%_\\:/`, `k.${'x'.repeat(253)}`])).toBe(4)
    await expect(change(state.db, ['k. '])).rejects.toThrow(/slip_rights_htid_check/)
    // MariaDB does not even compare it with an id
    await expect(change(state.db, ['k.ä'])).rejects.toThrow(/slip_rights_htid_check|ascii_bin/)
  })

  test('a hand-edited claim without a token is refused by the database', async () => {
    await expect(state.db.query(`UPDATE slip_queue SET state = 1 WHERE htid = 'k.Aa'`)).rejects.toThrow(
      /slip_queue_claim/,
    )
  })
})
