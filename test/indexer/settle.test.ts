import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { SlipError } from '../../src/errors/slip-error.ts'
import type { ItemOutcome } from '../../src/indexer/outcome.ts'
import { settleOutcomes } from '../../src/indexer/settle.ts'
import {
  change,
  claimBucket,
  enqueue,
  indexed,
  later,
  openState,
  queueRow,
  type State,
  worker,
} from '../state/fixture.ts'

const { indexer } = parseConfig(
  `database: { url: postgres://h/d }
repository: { root: r }
sources: { tree: { kind: repository } }
targets: { main: { engine: embedded } }
indexer: { attempts: 2 }`,
  '/slip.yaml',
)

let state: State
let token: string
beforeAll(async () => {
  state = await openState()
  token = await worker(state.db)
})
afterAll(() => state.close())

async function claimed(...htids: string[]) {
  await change(state.db, htids)
  await enqueue(state.db, htids)
  return claimBucket(state.db, token)
}
const settle = async (outcomes: ItemOutcome[], claim: Awaited<ReturnType<typeof claimed>>) =>
  state.db.transaction((tx) => settleOutcomes(tx, claim, outcomes, { worker: token, indexer, configDigest: 'c' }))
const failure = (htid: string, error: SlipError, attempts: number): ItemOutcome => ({
  kind: 'failed',
  htid,
  error,
  attempts,
  unproven: false,
})

test('every outcome of a batch leaves by its own exit, and together they are the batch', async () => {
  const claim = await claimed('s.1', 's.2', 's.3', 's.4', 's.5', 's.6')
  const settlement = await settle(
    [
      { kind: 'indexed', htid: 's.1', settled: indexed('s.1') },
      { kind: 'deleted', htid: 's.2', settled: indexed('s.2', null) },
      failure('s.3', new SlipError('RECORD_MISSING', 'no record'), 1),
      failure('s.4', new SlipError('METS_MISSING', 'no METS yet'), 1),
      failure('s.5', new SlipError('ENGINE_UNAVAILABLE', 'away'), 1),
      { kind: 'returned', htid: 's.6', fence: 0 },
    ],
    claim,
  )
  expect(settlement).toEqual({ indexed: 1, deleted: 1, errors: 1, delayed: 2, returned: 1, fencedOut: 0 })
  expect(await state.db.query('SELECT 1 FROM slip_claim')).toEqual([])
  const states = await state.db.query('SELECT htid, state, attempts FROM slip_queue ORDER BY htid')
  expect(states).toEqual([
    { htid: 's.4', state: 2, attempts: 1 },
    { htid: 's.5', state: 2, attempts: 0 },
    { htid: 's.6', state: 0, attempts: 0 },
  ])
})

test('an item whose engine asks for a pause waits so long at least', async () => {
  const claim = await claimed('r.1')
  const outcome = { ...failure('r.1', new SlipError('ENGINE_UNAVAILABLE', 'too many'), 1), retryAfterMs: 3_600_000 }
  expect(await settle([outcome], claim)).toMatchObject({ delayed: 1 })
  const until = later(state.db, 3_500)
  expect(await state.db.query(`SELECT htid FROM slip_queue WHERE available_at > ${until}`)).toEqual([{ htid: 'r.1' }])
})

test('an error that may heal is final when the attempts are spent', async () => {
  const claim = await claimed('t.1')
  expect(await settle([failure('t.1', new SlipError('METS_MISSING', 'still no METS'), 2)], claim)).toMatchObject({
    errors: 1,
  })
  expect(await queueRow(state.db, 't.1')).toBeUndefined()
})

test('a message that quotes a NUL from a file is kept, and its neighbours are settled', async () => {
  const claim = await claimed('u.1', 'u.2')
  const outcomes: ItemOutcome[] = [
    failure('u.1', new SlipError('RECORD_UNREADABLE', 'it says \0 there'), 1),
    { kind: 'indexed', htid: 'u.2', settled: indexed('u.2') },
  ]
  expect(await settle(outcomes, claim)).toMatchObject({ errors: 1, indexed: 1 })
  expect(await state.db.query(`SELECT message FROM slip_errors WHERE htid = 'u.1'`)).toEqual([
    { message: 'it says \ufffd there' },
  ])
})

test('a batch whose claim was reaped is fenced out whole and changes nothing', async () => {
  const claim = await claimed('v.1')
  await state.db.query('DELETE FROM slip_claim')
  const settlement = await settle([{ kind: 'indexed', htid: 'v.1', settled: indexed('v.1') }], claim)
  expect(settlement).toMatchObject({ indexed: 0, fencedOut: 1 })
  expect(await queueRow(state.db, 'v.1')).toMatchObject({ state: 1 })
})
