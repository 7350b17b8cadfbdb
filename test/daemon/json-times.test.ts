import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseClock } from '../../src/state/clock.ts'
import { heartbeat } from '../../src/state/control/worker.ts'
import { slipctl } from '../ctl/slipctl.ts'
import { change, claimBucket, claimItem, enqueue, failClaim, later, settleAll, worker } from '../state/fixture.ts'
import { type Library, openLibrary } from './library.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
  const { db } = library.state
  await worker(db, 'host-2')
  await db.query(`UPDATE slip_worker SET expired_at = ${later(db, -60)}`)
  const token = await worker(db, 'host-1')
  await heartbeat(db, token, await databaseClock(db))
  await settleAll(db, await claimItem(db, token, 'e.indexed'))
  await failClaim(db, await claimItem(db, token, 'e.failed'))
  await failClaim(db, await claimItem(db, token, 'e.skipped'))
  await change(db, ['e.claimed', 'e.delayed', 'e.withdrawn'])
  await change(db, ['e.withdrawn'], { withdrawn: true })
  await enqueue(db, ['e.claimed'])
  await claimBucket(db, token)
  await enqueue(db, ['e.delayed'])
  await db.query(`UPDATE slip_queue SET state = 2, available_at = ${later(db, 60)} WHERE htid = 'e.delayed'`)
  await db.query(`INSERT INTO slip_breaker (kind, name, failures, reason, since, next_probe)
    VALUES ('shard', 'main/2', 3, 'r', '2026-03-01', '2026-03-01 08:15:00.5')`)
})
afterAll(() => library.close())

const run = async (...args: string[]) => (await slipctl([...args, '--config', library.configFile])).out

/** Every value that begins as a time does, by its key. */
function timesIn(value: unknown, key = ''): [string, string][] {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\d[ T]/.test(value) ? [[key, value]] : []
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, inner]) => timesIn(inner, Array.isArray(value) ? key : name))
}

/** In the order in which they can be told: a command may do something that the next one shows. */
test.each([
  ['pause lane:bulk --for 1h', ['pausedAt', 'until']],
  ['watermark set enqueue main 2026-03-01 --reason r', ['after']],
  ['watermark set enqueue main 2026-03-02 --reason r', ['before', 'after']],
  ['errors skip --id e.skipped --reason r', []],
  [
    'status',
    [
      'expiredAt',
      'heartbeatAt',
      'newest',
      'nextProbe',
      'now',
      'first',
      'last',
      'oldest',
      'pausedAt',
      'since',
      'startedAt',
      'until',
      'watermark',
    ],
  ],
  ['workers', ['claimedAt', 'controlSeen', 'expiredAt', 'heartbeatAt', 'leaseUntil', 'now', 'startedAt']],
  ['item e.failed', ['errorTime', 'insertTime', 'time']],
  ['item e.claimed', ['enqueuedAt', 'insertTime', 'leaseUntil']],
  ['item e.withdrawn', ['insertTime', 'withdrawnAt']],
  ['errors list --all', ['errorTime', 'resolvedAt']],
  ['errors groups', ['first', 'last']],
  ['errors show 1', ['errorTime']],
  ['errors export --all', ['errorTime', 'resolvedAt']],
  ['queue list', ['availableAt', 'enqueuedAt']],
  ['queue export', ['availableAt', 'enqueuedAt']],
  ['watermark show', ['now', 'updatedAt', 'value']],
  ['watermark show --history', ['movedAt', 'now', 'value']],
])('with --json %s tells every time in ISO 8601, of UTC with microseconds', async (line, keys) => {
  const lines = (await run(...line.split(' '), '--json')).trim().split('\n')
  const times = lines.flatMap((each) => timesIn(JSON.parse(each)))
  expect([...new Set(times.map(([key]) => key))].sort()).toEqual(keys.toSorted())
  for (const time of times) expect(time[1], time[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
})

test('a time is the one that the database keeps, to the microsecond, with --format tsv too', async () => {
  expect(JSON.parse(await run('status', '--json')).suspended).toMatchObject([
    { since: '2026-03-01T00:00:00.000000Z', nextProbe: '2026-03-01T08:15:00.500000Z' },
  ])
  await library.state.db.query(
    `UPDATE slip_errors SET error_time = '2026-03-01 08:15:00.123450' WHERE htid = 'e.failed'`,
  )
  expect(JSON.parse(await run('errors', 'list', '--json')).errors).toMatchObject([
    { errorTime: '2026-03-01T08:15:00.123450Z' },
  ])
  expect(await run('errors', 'list', '--format', 'tsv')).toContain('\t2026-03-01T08:15:00.123450Z\t')
  expect(await run('watermark', 'show')).toMatch(/ main +2026-03-02T00:00:00\.000000Z /)
})

test('a time as it is shown can be given back', async () => {
  const { value } = JSON.parse(await run('watermark', 'show', '--json')).watermarks[0]
  expect(JSON.parse(await run('watermark', 'set', 'enqueue', 'main', value, '--reason', 'r', '--json'))).toMatchObject({
    before: value,
    after: value,
  })
  const { errorTime: since } = JSON.parse(await run('errors', 'list', '--json')).errors[0]
  expect(JSON.parse(await run('errors', 'list', '--since', since, '--json')).errors).toHaveLength(1)
  expect(JSON.parse(await run('errors', 'list', '--until', since, '--json')).errors).toHaveLength(0)
})
