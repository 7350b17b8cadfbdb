import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { pause, resume } from '../../src/state/control/pause.ts'
import { slipctl } from '../ctl/slipctl.ts'
import { askAnew } from './ask-again.ts'
import { type Library, openLibrary } from './library.ts'
import { type Daemon, endAll, type LoggedEvent, runOnce, start } from './processes.ts'

let library: Library
let index: pg.Client
beforeAll(async () => {
  library = await openLibrary({ config: { indexer: { attempts: 1, batch: 2 } } })
  library.lay('day-1')
  await runOnce('rights', library.configFile)
  index = new pg.Client(library.config.targets.main?.urls?.[0] ?? '')
  await index.connect()
})
beforeEach(async () => {
  await askAnew(library)
  await pause(library.state.db, everything, { by: 'test', reason: '' })
})
afterEach(async () => {
  await endAll()
  await rows('DELETE FROM slip_control')
})
afterAll(async () => {
  await index.end()
  await library.close()
})

const everything = { kind: 'all', name: '' } as const
const rows = (sql: string) => library.state.db.query(sql)
const of = (daemon: Daemon, name: string) => daemon.events.filter(({ event }) => event === name)
const tokens = async () => (await rows('SELECT token FROM slip_claim ORDER BY token')).map(({ token }) => token)

/** Until the server of the index lets so many posts wait for the table. */
async function untilHeld(posts: number) {
  const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  // the same connection sees no change within its transaction
  const watcher = new pg.Client(library.config.targets.main?.urls?.[0] ?? '')
  await watcher.connect()
  while ((await watcher.query(sql)).rows.length < posts);
  await watcher.end()
}

/** Runs `work` with a daemon whose posts all stand still in the index, which answers whatever else it is asked. */
async function whilePostsStand(work: (daemon: Daemon) => Promise<void>): Promise<Daemon> {
  const daemon = start('index', library.configFile)
  await daemon.event('daemon.paused')
  await index.query('BEGIN')
  try {
    await index.query('LOCK TABLE index_main.document IN EXCLUSIVE MODE')
    await resume(library.state.db, everything)
    await untilHeld(2)
    await work(daemon)
  } finally {
    await index.query('COMMIT')
  }
  return daemon
}

async function finish() {
  await library.passLease()
  await rows('DELETE FROM slip_control')
  expect((await runOnce('index', library.configFile)).code).toBe(0)
  expect(await library.violations()).toEqual([])
}

const balanced = (daemon: Daemon) =>
  of(daemon, 'index.batch').every((batch) => {
    const ends = ['indexed', 'deleted', 'errors', 'delayed', 'returned', 'fencedOut'] as const
    return ends.reduce((sum, end) => sum + (batch[end] as number), 0) === batch.claimed
  })

/** Ends a daemon. */
async function end(daemon: Daemon) {
  daemon.kill('SIGTERM')
  await untilEnded(daemon)
}

/** Every batch it took is accounted for, item by item. */
async function untilEnded(daemon: Daemon) {
  expect(await daemon.exit).toEqual({ code: 0, signal: null })
  expect(of(daemon, 'index.batch')).toHaveLength(of(daemon, 'index.claimed').length)
  expect(balanced(daemon)).toBe(true)
  expect(of(daemon, 'index.unbalanced')).toEqual([])
}

test('claims are taken and assembled while those before are being posted, until the server has as much as it is sent at a time and a parcel waits', async () => {
  const daemon = await whilePostsStand(async (daemon) => {
    while ((await tokens()).length < 3);
    // deletes of items that were never indexed need no engine
    const posting = of(daemon, 'index.claimed').length - of(daemon, 'index.batch').length
    expect(posting).toBeGreaterThanOrEqual(2)
    expect(of(daemon, 'index.batch').every(({ indexed }) => indexed === 0)).toBe(true)
  })
  await end(daemon)
  await finish()
})

test('pause --drain waits for what is under way; nothing is claimed meanwhile', async () => {
  let drained: ReturnType<typeof slipctl> | undefined
  let claimed = 0
  const daemon = await whilePostsStand(async (daemon) => {
    const drain = ['pause', 'target:main', '--drain', '--config', library.configFile]
    const waiting = async () => {
      const { code, out } = await slipctl([...drain, '--json', '--timeout', '1s'])
      expect(code).toBe(5)
      return JSON.parse(out).left.workers.length
    }
    while ((await waiting()) > 0);
    claimed = of(daemon, 'index.claimed').length
    drained = slipctl([...drain, '--json'])
  })
  const { code, out } = (await drained) as Awaited<ReturnType<typeof slipctl>>
  expect([code, JSON.parse(out).left]).toMatchObject([0, { workers: [], claims: 0 }])
  expect(of(daemon, 'index.claimed')).toHaveLength(claimed)
  expect(await tokens()).toEqual([])
  await end(daemon)
  await finish()
})

test('SIGTERM ends what is being posted, and settles it', async () => {
  const daemon = await whilePostsStand(async (daemon) => {
    daemon.kill('SIGTERM')
    await daemon.event('daemon.stopping')
  })
  await untilEnded(daemon)
  expect(of(daemon, 'index.batch').reduce((sum, { indexed }) => sum + (indexed as number), 0)).toBeGreaterThan(0)
  expect(await tokens()).toEqual([])
  expect(await rows('SELECT DISTINCT state, attempts, strikes, lane FROM slip_queue')).toEqual([
    { state: 0, attempts: 0, strikes: 0, lane: 1 },
  ])
  await finish()
})

const everyShard = () => true

/** Whether a claim was taken when nothing else was under way, of such shards, and ended before the next one was taken. */
function wasAlone(daemon: Daemon, claimed: LoggedEvent, isOf: (event: LoggedEvent) => boolean = everyShard): boolean {
  const moves = daemon.events.filter((each) => /^index\.(claimed|batch)$/.test(each.event) && isOf(each))
  const at = moves.indexOf(claimed)
  const before = moves.slice(0, at)
  const open = before.reduce((sum, { event }) => sum + (event === 'index.claimed' ? 1 : -1), 0)
  return open === 0 && moves[at + 1]?.event === 'index.batch'
}

test('a suspect is taken when nothing else is under way, and nothing is taken beside it', async () => {
  const daemon = await whilePostsStand(async () => {
    await rows(`UPDATE slip_queue SET lane = 0 WHERE state = 0 AND action = 'index'`)
  })
  while ((await rows('SELECT 1 FROM slip_queue WHERE lane = 0 AND state < 2')).length > 0);
  await end(daemon)
  const suspects = of(daemon, 'index.claimed').filter(({ lane }) => lane === 0)
  expect(suspects.length).toBeGreaterThan(1)
  expect(suspects.map((claimed) => wasAlone(daemon, claimed))).toEqual(suspects.map(() => true))
  await finish()
})

for (const [kind, name, isOf] of [
  ['target', 'main', everyShard],
  ['shard', 'main/1', ({ shard }: LoggedEvent) => shard === 1],
] as const) {
  test(`the probe of a ${kind} waits for what of it is under way, and is one batch alone of it`, async () => {
    let before: unknown[] = []
    const daemon = await whilePostsStand(async () => {
      // nothing more is claimed then: whatever comes is claimed with the breaker open
      while ((await tokens()).length < 3);
      before = await tokens()
      await rows(
        `INSERT INTO slip_breaker (kind, name, failures, reason, since, next_probe)
         VALUES ('${kind}', '${name}', 3, 'ENGINE_UNAVAILABLE: away', CURRENT_TIMESTAMP(6), CURRENT_TIMESTAMP(6) - INTERVAL '1' SECOND)`,
      )
    })
    await daemon.event('breaker.closed')
    await end(daemon)
    const claims = of(daemon, 'index.claimed').filter(isOf)
    const probe = claims[claims.findLastIndex(({ token }) => before.includes(token)) + 1]
    expect(probe?.event).toBe('index.claimed')
    expect(wasAlone(daemon, probe as LoggedEvent, isOf)).toBe(true)
    await finish()
  })
}
