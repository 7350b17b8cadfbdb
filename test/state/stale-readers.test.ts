import { expect, test } from 'vitest'
import type { Connection } from '../../src/state/connection.ts'
import { enqueueChanged, requestItems } from '../../src/state/queue/enqueue.ts'
import { followPage, type Pass } from '../../src/state/queue/follow.ts'
import { adoptItems } from '../../src/state/restore/adopt-items.ts'
import { knownItems } from '../../src/state/restore/known-items.ts'
import { merge, upsertRights } from '../../src/state/rights/upsert-rights.ts'
import {
  change,
  claimBucket,
  claimInside,
  digestOf,
  enqueue,
  ledgerRow,
  queueRow,
  settleAll,
  untilBlocked,
} from './fixture.ts'
import { openForFile, other, state, token } from './opened.ts'

openForFile()

/** Starts `slow` on another connection, holds it at the row of `at`, runs `meanwhile`, lets go; `slow` then ends. */
async function held<T>(at: string, slow: (tx: Connection) => Promise<T>, meanwhile: () => Promise<void>): Promise<T> {
  let answer: Promise<T> | undefined
  await state.db.transaction(async (tx) => {
    await tx.query(`SELECT 1 FROM slip_queue WHERE target = 'main' AND htid = '${at}' FOR UPDATE`)
    answer = other.transaction(slow)
    answer.catch(() => undefined)
    await untilBlocked(state.db)
    await meanwhile()
  })
  return answer as Promise<T>
}

for (const [name, slow] of [
  [
    'watermark',
    (tx: Connection, ids: string[]): Promise<unknown> =>
      enqueueChanged(tx, 'main', ids, { lane: 'daily', reason: 'test' }),
  ],
  [
    'request',
    (tx: Connection, ids: string[]): Promise<unknown> =>
      requestItems(tx, 'main', ids, { lane: 'daily', reason: 'test' }),
  ],
] as const) {
  test(`a ${name} enqueue that read an older revision than the one indexed meanwhile asks for the newer`, async () => {
    const [first, last] = [`a.${name}`, `z.${name}`]
    await change(state.db, [first])
    await enqueue(state.db, [first])
    await change(state.db, [first], { title: 1 })
    await change(state.db, [last], { attr: 8 })
    await held(
      first,
      (tx) => slow(tx, [first, last]),
      async () => {
        await change(state.db, [last], { attr: 1 })
        await enqueue(state.db, [last])
        await state.db.transaction((tx) => tx.query(`UPDATE slip_queue SET shard = 2 WHERE htid = '${last}'`))
        await settleAll(state.db, await claimBucket(state.db, token, { shard: 2 }))
        expect(await ledgerRow(state.db, last)).toMatchObject({ rev: 2, presence: 'indexed' })
      },
    )
    expect(await queueRow(state.db, last)).toMatchObject({ rev: 2, action: 'index' })
    await settleAll(state.db, await claimBucket(state.db, token))
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 2 }))
    expect(await ledgerRow(state.db, last)).toMatchObject({ rev: 2, presence: 'indexed', shard: 2 })
  })
}

test('of two writers of one new item the second adds to what the first said', async () => {
  let second: Promise<unknown> | undefined
  await state.db.transaction(async (tx) => {
    await upsertRights(tx, [{ htid: 'n.1', apply: (known) => merge(known, { attr: 8, reason: 'del' }) }])
    second = other.transaction((late) =>
      upsertRights(late, [
        { htid: 'n.0', apply: (known) => merge(known, { attr: 1 }) },
        { htid: 'n.1', apply: (known) => merge(known, { recordId: 'r1', attr: known?.attr ?? 1 }) },
      ]),
    )
    await untilBlocked(state.db)
  })
  expect(await second).toEqual(
    new Map([
      ['n.0', 'NEW'],
      ['n.1', 'UPDATED'],
    ]),
  )
  const rows = await state.db.query(
    `SELECT htid, attr, reason, record_id, rev FROM slip_rights WHERE htid LIKE 'n.%' ORDER BY htid`,
  )
  expect(rows).toEqual([
    { htid: 'n.0', attr: 1, reason: null, record_id: null, rev: 1 },
    { htid: 'n.1', attr: 8, reason: 'del', record_id: 'r1', rev: 2 },
  ])
})

test('a slow reader of the watermark never moves it back', async () => {
  const at = (t0: string): Pass => ({
    target: 'main',
    t0,
    wholeAt: t0,
    overlapMs: 0,
    after: { time: t0, htid: '~' },
    known: '2026-01-01 00:00:00',
    enqueued: 0,
  })
  const value = async () =>
    (await state.db.query(`SELECT value FROM slip_watermark WHERE stage = 'enqueue' AND name = 'main'`))[0]?.value
  await state.db.transaction((tx) => followPage(tx, { ...at('2026-01-01 00:00:00'), known: null }, 10))
  let slow: Promise<unknown> | undefined
  await state.db.transaction(async (tx) => {
    await followPage(tx, at('2026-01-01 02:00:00'), 10)
    slow = other.transaction((late) => followPage(late, at('2026-01-01 01:00:00'), 10))
    await untilBlocked(state.db)
  })
  await slow
  expect(await value()).toMatch(/^2026-01-01 02:00:00/)
})

test('a claim held up while adopt found its item in a shard does not put it into a second one', async () => {
  await change(state.db, ['n.1'])
  await enqueue(state.db, ['n.1'])
  const before = (await knownItems(state.db, 'main', ['n.1'])).get('n.1')!
  const third = await state.another()
  let claiming: ReturnType<typeof claimBucket> | undefined
  await state.db.transaction(async (tx) => {
    // as its heartbeat does
    await tx.query(`SELECT 1 FROM slip_worker WHERE token = '${token}' FOR UPDATE`)
    claiming = other.transaction((claimer) => claimInside(claimer, token, { draw: 1 }))
    claiming.catch(() => undefined)
    await untilBlocked(state.db)
    const ledger = { shard: 2, rev: 0, fence: 5, presence: 'indexed', digest: digestOf(3) } as const
    await third.transaction((adopting) => adoptItems(adopting, 'main', [{ htid: 'n.1', before, ledger }]))
  })
  expect((await claiming)?.items).toEqual([])
  const claim = await claimBucket(state.db, token, { shard: 2 })
  expect(claim.items).toMatchObject([{ htid: 'n.1', shard: 2 }])
  await settleAll(state.db, claim)
})
