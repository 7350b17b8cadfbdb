import { describe, expect, test } from 'vitest'
import { lastResolutions } from '../../src/state/audit/errors.ts'
import { sweepFrom } from '../../src/state/audit/sweep.ts'
import { verifyTarget } from '../../src/state/audit/verify.ts'
import { writeWatermark } from '../../src/state/control/watermark.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { holdItems } from '../../src/state/queue/hold.ts'
import { purgeItems } from '../../src/state/queue/purge.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { retryErrorPage } from '../../src/state/queue/retry.ts'
import { skipErrorPage } from '../../src/state/queue/skip.ts'
import { rereadSources } from '../../src/state/rights/reread-sources.ts'
import { retryErrors, skipErrors } from './error-pages.ts'
import {
  change,
  claimBucket,
  claimItem,
  enqueue,
  errorsOf,
  exit,
  expireLeases,
  failClaim,
  indexed,
  ledgerRow,
  queueRow,
  settleAll,
  settleInside,
} from './fixture.ts'
import { openForFile, state, token } from './opened.ts'

openForFile()

const by = { person: 'ann@host', reason: 'a scan of nothing' }
const skip = (filter: Parameters<typeof skipErrors>[1]) => state.db.transaction((tx) => skipErrors(tx, filter, by))
const purge = (...htids: string[]) => state.db.transaction((tx) => purgeItems(tx, 'main', htids, by))
const retry = (...args: [Parameters<typeof retryErrors>[1], Parameters<typeof retryErrors>[2]?]) =>
  state.db.transaction((tx) => retryErrors(tx, ...args))
const failed = async (...htids: string[]) => {
  await change(state.db, htids)
  await enqueue(state.db, htids)
  await failClaim(state.db, await claimBucket(state.db, token))
}
const rechecks = async () =>
  (await state.db.query<{ htid: string }>('SELECT htid FROM slip_recheck ORDER BY htid')).map((row) => row.htid)

describe('skip', () => {
  test('resolves the error with who and why, and neither sweep nor watermark asks for that rev again', async () => {
    await failed('a.1')
    expect(await skip({ htids: ['a.1', 'a.none'] })).toEqual(new Map([['main', ['a.1']]]))
    expect(await errorsOf(state.db, 'a.1')).toMatchObject([
      { resolution: 'skipped', rev: 1, note: 'ann@host: a scan of nothing', pattern: 'no METS' },
    ])
    expect(await enqueue(state.db, ['a.1'])).toBe(0)
    expect((await state.db.transaction((tx) => sweepFrom(tx, 'main', '', 100))).enqueued).toBe(0)
    expect(await verifyTarget(state.db, 'main', '', 10)).toEqual([])
    expect(await skip({ htids: ['a.1'] })).toEqual(new Map())
    await change(state.db, ['a.1'], { title: 1 })
    expect(await enqueue(state.db, ['a.1'])).toBe(1)
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
    expect(await errorsOf(state.db, 'a.1')).toMatchObject([{ resolution: 'skipped' }])
  })

  test('is how the last error of an item ended, until another comes', async () => {
    const ends = async (target = 'main') => [...(await lastResolutions(state.db, target, ['a.12', 'a.none']))]
    await failed('a.12')
    expect(await ends()).toEqual([['a.12', null]])
    await skip({ htids: ['a.12'] })
    expect(await ends()).toEqual([['a.12', 'skipped']])
    expect(await ends('other')).toEqual([])
    await change(state.db, ['a.12'], { title: 1 })
    await enqueue(state.db, ['a.12'])
    await failClaim(state.db, await claimBucket(state.db, token, { shard: 1 }))
    expect(await ends()).toEqual([['a.12', null]])
    await skip({ htids: ['a.12'] })
  })

  test('writes the ledger row that a hand edit took away', async () => {
    await failed('a.2')
    await state.db.query(`DELETE FROM slip_indexed WHERE htid = 'a.2'`)
    await skip({ code: 'METS_MISSING' })
    expect(await ledgerRow(state.db, 'a.2')).toMatchObject({ rev: 0, shard: 1, presence: 'absent' })
  })

  test('and retry of many errors go page by page, each once, errors of sources left alone', async () => {
    const ids = ['b.1', 'b.2', 'b.3', 'b.4', 'b.5']
    await failed(...ids)
    await state.db.query(
      `INSERT INTO slip_errors (source, stage, code, class, message, error_time)
       VALUES ('s', 'rights', 'SOURCE_RECORD_INVALID', 'item', 'bad', CURRENT_TIMESTAMP(6))`,
    )
    for (const page of [
      (after: number) => state.db.transaction((tx) => retryErrorPage(tx, {}, { after, size: 2 })),
      (after: number) => state.db.transaction((tx) => skipErrorPage(tx, {}, { after, size: 2 }, by)),
    ]) {
      const pages: string[][] = []
      for (let after: number | null = 0; after !== null; ) {
        const { done, next }: Awaited<ReturnType<typeof page>> = await page(after)
        if (done.size > 0) pages.push(done.get('main') ?? [])
        after = next
      }
      expect(pages).toEqual([['b.1', 'b.2'], ['b.3', 'b.4'], ['b.5']])
    }
    expect(await state.db.query('SELECT 1 FROM slip_errors WHERE resolved_at IS NULL')).toHaveLength(1)
    await state.db.query('DELETE FROM slip_queue')
  })

  test('by pattern, code, target and time meets these errors only', async () => {
    await failed('b.6')
    const [row] = await state.db.query<{ error_time: string }>(`SELECT error_time FROM slip_errors WHERE htid = 'b.6'`)
    const time = row?.error_time ?? ''
    for (const filter of [
      { pattern: 'no ZIP' },
      { code: 'ZIP_MISSING' },
      { target: 'other' },
      { htids: [] },
      { until: time },
      { since: '2100-01-01 00:00:00' },
    ])
      expect(await skip(filter), JSON.stringify(filter)).toEqual(new Map())
    const filter = { pattern: 'no METS', code: 'METS_MISSING', target: 'main', since: time }
    expect(await skip(filter)).toEqual(new Map([['main', ['b.6']]]))
  })
})

describe('purge', () => {
  test('takes ready, delayed and held rows away with rev and note; claimed ones are reported', async () => {
    const held = await claimItem(state.db, token, 'c.claimed')
    await change(state.db, ['c.delayed', 'c.held', 'c.ready'])
    await enqueue(state.db, ['c.delayed', 'c.held', 'c.ready'])
    await state.db.query(
      `UPDATE slip_queue SET state = 2, available_at = CURRENT_TIMESTAMP(6), unproven = TRUE, shard = 2, fence = 77
       WHERE htid = 'c.delayed'`,
    )
    await state.db.transaction((tx) => holdItems(tx, 'main', ['c.held']))
    expect(await purge('c.ready', 'c.held', 'c.claimed', 'c.none', 'c.delayed')).toEqual({
      purged: ['c.delayed', 'c.held', 'c.ready'],
      claimed: ['c.claimed'],
      unknown: ['c.none'],
    })
    for (const htid of ['c.delayed', 'c.held', 'c.ready']) {
      expect(await queueRow(state.db, htid)).toBeUndefined()
      expect(await errorsOf(state.db, htid)).toMatchObject([
        { code: 'PURGED', stage: 'ctl', resolution: 'purged', rev: 1, note: 'ann@host: a scan of nothing' },
      ])
    }
    expect(await ledgerRow(state.db, 'c.delayed')).toMatchObject({ rev: 0, shard: 2, fence: 77, presence: 'absent' })
    // its post may still arrive
    expect(await rechecks()).toEqual(['c.delayed'])
    expect(await enqueue(state.db, ['c.ready', 'c.held'])).toBe(0)
    await change(state.db, ['c.ready'], { title: 1 })
    expect(await enqueue(state.db, ['c.ready', 'c.held'])).toBe(1)
    expect(await queueRow(state.db, 'c.claimed')).toMatchObject({ state: 1, claim_token: held.token })
    await settleAll(state.db, held)
    await settleAll(state.db, await claimBucket(state.db, token))
  })

  test('supersedes an older unresolved error and never lowers what the ledger knows', async () => {
    await settleAll(state.db, await claimItem(state.db, token, 'c.1', { draw: 2 }))
    const before = await ledgerRow(state.db, 'c.1')
    await change(state.db, ['c.1'], { title: 1 })
    await enqueue(state.db, ['c.1'])
    await failClaim(state.db, await claimBucket(state.db, token, { shard: 2 }))
    await retry({ htids: ['c.1'] })
    await purge('c.1')
    expect(await errorsOf(state.db, 'c.1')).toMatchObject([
      { resolution: 'superseded' },
      { resolution: 'purged', rev: 2 },
    ])
    expect(await ledgerRow(state.db, 'c.1')).toMatchObject({
      rev: 1,
      shard: 2,
      presence: 'indexed',
      digest: before?.digest,
    })
  })
})

describe('retry', () => {
  test('keeps what is waived in the queue row, and in the ledger when the row goes', async () => {
    for (const [htid, leave] of [
      ['d.1', settleAll],
      ['d.2', failClaim],
    ] as const) {
      await failed(htid)
      await retry({ htids: [htid] }, { waive: ['page_gap'] })
      const held = await claimBucket(state.db, token, { lane: 2, shard: 1 })
      expect(held.items).toMatchObject([{ htid, waived: 'page_gap' }])
      await leave(state.db, held)
      expect(await ledgerRow(state.db, htid)).toMatchObject({ waived: 'page_gap' })
      // a later request that waives nothing takes nothing back
      await state.db.transaction((tx) => requestItems(tx, 'main', [htid], { lane: 'ops', reason: 'request' }))
      expect(await queueRow(state.db, htid)).toMatchObject({ waive: null })
      const again = await claimBucket(state.db, token, { lane: 2, shard: 1 })
      expect(again.items).toMatchObject([{ htid, waived: 'page_gap' }])
      await settleAll(state.db, again)
      expect(await ledgerRow(state.db, htid)).toMatchObject({ waived: 'page_gap' })
    }
    const plain = await claimItem(state.db, token, 'd.3')
    expect(plain.items).toMatchObject([{ htid: 'd.3', waived: null }])
    await settleAll(state.db, plain)
  })

  test('adds what is waived to what was waived before, in the queue row or in the ledger', async () => {
    const waive = (check: 'page_gap' | 'checksum') => retry({ htids: ['d.4'] }, { waive: [check] })
    await failed('d.4')
    await waive('page_gap')
    await waive('checksum')
    expect(await queueRow(state.db, 'd.4')).toMatchObject({ waive: 'checksum,page_gap' })
    const held = await claimBucket(state.db, token, { lane: 2, shard: 1 })
    await failClaim(state.db, held)
    expect(await ledgerRow(state.db, 'd.4')).toMatchObject({ waived: 'checksum,page_gap' })
    await waive('checksum')
    const again = await claimBucket(state.db, token, { lane: 2, shard: 1 })
    expect(again.items).toMatchObject([{ htid: 'd.4', waived: 'checksum,page_gap' }])
    await settleAll(state.db, again)
  })

  test('of a source forgets its files only, so that they are read again whole', async () => {
    for (const name of ['cat:a.txt', 'cat:b.txt', 'cat_2:a.txt', 'ca%:a.txt'])
      await state.db.transaction((tx) => writeWatermark(tx, 'rights', name, 'x', true))
    expect(await state.db.transaction((tx) => rereadSources(tx, ['cat', 'ca%']))).toBe(3)
    expect(await state.db.query(`SELECT name FROM slip_watermark WHERE stage = 'rights'`)).toEqual([
      { name: 'cat_2:a.txt' },
    ])
  })
})

describe('what the engine must be asked about again', () => {
  const rows = (htid: string) =>
    state.db.query<{ asked: number; due: boolean | number }>(
      `SELECT asked, due_at > CURRENT_TIMESTAMP(6) + INTERVAL '119' SECOND AND due_at <= CURRENT_TIMESTAMP(6) + INTERVAL '120' SECOND AS due
       FROM slip_recheck WHERE htid = '${htid}'`,
    )

  test('is every delete, two leases later', async () => {
    await settleAll(state.db, await claimItem(state.db, token, 'e.1'))
    expect(await rows('e.1')).toEqual([])
    await change(state.db, ['e.1'], { attr: 8 })
    await enqueue(state.db, ['e.1'])
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
    expect(await rows('e.1')).toMatchObject([{ asked: 0 }])
    expect(Boolean((await rows('e.1'))[0]?.due)).toBe(true)
  })

  test('is every exit of an unproven row, and starts again when it was asked before', async () => {
    for (const [htid, leave] of [
      ['e.2', settleAll],
      ['e.3', failClaim],
    ] as const) {
      await claimItem(state.db, token, htid)
      await expireLeases(state.db)
      await state.db.transaction((tx) => reap(tx, 10))
      await state.db.query(
        `INSERT INTO slip_recheck (target, htid, asked, due_at) VALUES ('main', '${htid}', 2, CURRENT_TIMESTAMP(6))`,
      )
      await leave(state.db, await claimBucket(state.db, token, { lane: 0, shard: 1 }))
      expect(await rows(htid)).toMatchObject([{ asked: 0 }])
      expect(Boolean((await rows(htid))[0]?.due)).toBe(true)
    }
  })

  test('is an item that was lost four times', async () => {
    await claimItem(state.db, token, 'e.4')
    await state.db.query(`UPDATE slip_queue SET strikes = 3 WHERE htid = 'e.4'`)
    await expireLeases(state.db)
    await state.db.transaction((tx) => reap(tx, 10))
    expect(await errorsOf(state.db, 'e.4')).toMatchObject([{ code: 'LEASE_LOST' }])
    expect(await rows('e.4')).toMatchObject([{ asked: 0 }])
  })

  test('is an unproven success whose row stays, and no proven one', async () => {
    const held = await claimItem(state.db, token, 'e.5')
    await state.db.query(`UPDATE slip_queue SET unproven = TRUE WHERE htid = 'e.5'`)
    await state.db.transaction((tx) => requestItems(tx, 'main', ['e.5'], { lane: 'ops', reason: 'request' }))
    await exit(state.db, held, (tx) => settleInside(tx, held, [indexed('e.5')]))
    expect(await queueRow(state.db, 'e.5')).toMatchObject({ state: 0, unproven: false })
    expect(await rows('e.5')).toMatchObject([{ asked: 0 }])
  })
})
