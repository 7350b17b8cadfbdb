import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { firstQuestions } from '../../src/state/audit/first-questions.ts'
import { addSourceErrors } from '../../src/state/audit/source-errors.ts'
import { statusQueries, statusQueryNames } from '../../src/state/audit/status.ts'
import { sweepPage } from '../../src/state/audit/sweep.ts'
import { verifyTarget } from '../../src/state/audit/verify.ts'
import type { Dialect } from '../../src/state/connection.ts'
import { takeDuty } from '../../src/state/control/duty.ts'
import { writeCounters } from '../../src/state/control/worker-counter.ts'
import { closeClaim } from '../../src/state/queue/exit.ts'
import { fail } from '../../src/state/queue/fail.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { suspect } from '../../src/state/queue/suspect.ts'
import { upsertRecords } from '../../src/state/records/upsert-records.ts'
import { groupErrors } from '../../src/state/statistics/error-groups.ts'
import { rollUp } from '../../src/state/statistics/roll-up.ts'
import { takeSample } from '../../src/state/statistics/sample.ts'
import {
  change,
  claimBucket,
  digestOf,
  enqueue,
  later,
  openState,
  type State,
  settleAll,
  worker,
} from '../state/fixture.ts'
import { blocksOf, writtenPages } from './blocks.ts'

const page = 'docs/sql.md'
const [indexed, claimed, failed, delayed, reaped, unseen] = [1, 2, 3, 4, 5, 6].map(
  (n) => `demo1.3000000000001${n}`,
) as [string, string, string, string, string, string]

let state: State
beforeAll(async () => {
  state = await openState()
  await fill(state)
})
afterAll(() => state.close())

/** One item in every place an item can be, so that every question has an answer. */
async function fill({ db }: State): Promise<void> {
  const token = await worker(db)
  await takeDuty(db, 'reap', token, 60_000)
  const place = JSON.stringify({ file: 'records.ndjson', line: 3, text: '{' })
  await db.transaction(async (tx) => {
    await upsertRecords(tx, 'catalogue', [{ recordId: 'r1', data: '{"id":"r1"}', digest: digestOf(1), items: 1 }])
    await addSourceErrors(
      tx,
      [{ source: 'catalogue', code: 'SOURCE_RECORD_INVALID', message: 'no JSON', detail: place }],
      'h',
    )
  })
  const claimNew = async (htid: string) => {
    await change(db, [htid])
    await enqueue(db, [htid])
    return claimBucket(db, token)
  }
  await settleAll(db, await claimNew(indexed))

  const ofReaped = await claimNew(reaped)
  await db.change(`UPDATE slip_claim SET lease_until = ${later(db, -1)} WHERE token = '${ofReaped.token}'`)
  await db.transaction((tx) => reap(tx, 1))

  const ofFailed = await claimNew(failed)
  const detail = JSON.stringify({ place: { page: '00000013.txt' } })
  const failure = { htid: failed, code: 'PAGE_MISSING', class: 'item' as const, message: 'no page', detail }
  const ofDelayed = await claimNew(delayed)
  const words = { lastError: 'ENGINE_UNAVAILABLE: closed', message: 'closed', detail }
  const broken = { htid: delayed, baseMs: 60_000, alone: false, ...words }
  await db.transaction(async (tx) => {
    await fail(tx, ofFailed, [failure], { worker: token, pid: 1, host: 'host-a' })
    await closeClaim(tx, ofFailed)
    await suspect(tx, ofDelayed, [broken], { worker: token, pid: 1, host: 'host-a' })
    await closeClaim(tx, ofDelayed)
    await sweepPage(tx, 'main', 10)
  })
  await claimNew(claimed)
  await change(db, [unseen])
  await writeCounters(db, token, [{ target: 'main', name: 'indexed', value: 1 }])
  for (const kind of ['quick', 'ledger'] as const) await db.transaction((tx) => takeSample(tx, kind))
  await db.transaction(rollUp)
  await db.transaction(groupErrors)
}

/** The statements for a database: those for all, and those that stand beside a form for others; in the order of the page. */
const statementsFor = (dialect: Dialect) => blocksOf(`sql(?: ${dialect})?`, [page])

const dialect: Dialect = inject('stateServer') === 'postgres' ? 'postgres' : 'mysql'

test.each(statementsFor(dialect))('$place runs and finds something', async ({ text }) => {
  expect(text, 'one statement a block').not.toContain(';')
  if (text.startsWith('SELECT')) expect(await state.db.query(text)).not.toEqual([])
  else expect(await state.db.change(text)).toBe(1)
})

const dialects: Dialect[] = ['postgres', 'mysql']
const asked = dialects.flatMap((dialect) => [
  ...firstQuestions.map(({ title, sql }) => ({ dialect, title, sql: sql as string })),
  ...statusQueryNames.map((title) => ({ dialect, title, sql: statusQueries[dialect][title] as string })),
])

test.each(asked)('the page has the SQL that is asked for "$title" on $dialect, word for word', ({ dialect, sql }) => {
  expect(statementsFor(dialect).map(({ text }) => text.trim())).toContain(sql)
})

test('the count of items not followed yet is what verify finds', async () => {
  const block = blocksOf('sql', [page]).find(({ text }) => text.includes('AS behind'))
  const missed = await verifyTarget(state.db, 'main', '', 100)
  expect(missed.map(({ htid }) => htid)).toEqual([unseen])
  expect(await state.db.query(block?.text ?? '')).toEqual([{ target: 'main', behind: 1 }])
})

test('no other page has SQL that is not run', () => {
  expect(
    blocksOf(
      'sql[^\n]*',
      writtenPages().filter((other) => other !== page),
    ),
  ).toEqual([])
})
