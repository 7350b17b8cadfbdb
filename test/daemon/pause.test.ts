import { hostname } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseClock } from '../../src/state/clock.ts'
import { isDrained, readDrain } from '../../src/state/control/drain.ts'
import { parseScope, pause, resume } from '../../src/state/control/pause.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { slipctl } from '../ctl/slipctl.ts'
import { openFirstDay } from './first-day.ts'
import type { Library } from './library.ts'
import { type Daemon, endAll, runOnce, start } from './processes.ts'

let library: Library
let daemon: Daemon
beforeAll(async () => {
  library = await openFirstDay({ config: { indexer: { attempts: 1, batch: 3 } } })
  await pause(library.state.db, everything, who)
  daemon = start('index', library.configFile)
  await daemon.event('daemon.paused')
})
afterAll(async () => {
  await endAll()
  await library.close()
})

const who = { by: 'test', reason: '' }
const everything = { kind: 'all', name: '' } as const
const rows = (sql: string) => library.state.db.query(sql)
const ctl = (...args: string[]) => slipctl([...args, '--config', library.configFile])

/** Until every daemon has read slip_control anew, and holds nothing of the scope. */
async function untilObeyed(scope: string) {
  const since = await databaseClock(library.state.db)
  while (!isDrained(await readDrain(library.state.db, parseScope(scope), since)));
}

/**
 * Requests all that is indexed anew, and lets the daemon go as far as the middle of its first batch: `work` runs there.
 * Begins again when it was not a batch that the daemon was held in, for its chores read the same table.
 */
async function inTheMiddle(work: () => Promise<void>) {
  for (let isHeld = false; !isHeld; ) {
    await pause(library.state.db, everything, who)
    await untilObeyed('all')
    const known = await rows(`SELECT htid FROM slip_indexed WHERE presence = 'indexed'`)
    const htids = known.map(({ htid }) => htid as string)
    await library.state.db.transaction((tx) => requestItems(tx, 'main', htids, { lane: 'daily', reason: 'test' }))
    await library.whileLocked('slip_rights', 'reading', async (blocked) => {
      await resume(library.state.db, everything)
      await blocked()
      isHeld = (await rows('SELECT 1 FROM slip_claim')).length > 0
      if (isHeld) await work()
    })
  }
}

async function untilDone() {
  while ((await rows('SELECT 1 FROM slip_queue LIMIT 1')).length > 0);
}

/** The shard with most items, so that some are left after a batch. */
async function fullestShard(): Promise<number> {
  const counted = `SELECT shard, count(*) AS n FROM slip_indexed WHERE presence = 'indexed' GROUP BY shard ORDER BY n DESC`
  return (await rows(counted))[0]?.shard as number
}
const scopeOf = async (text: string) => text.replace('FULLEST', String(await fullestShard()))

const queuedIn = (scope: string) => {
  const shard = /^shard:main.(\d+)$/.exec(scope)?.[1]
  const where = shard === undefined ? '' : `WHERE shard = ${shard}`
  return rows(`SELECT htid, state, attempts, gen FROM slip_queue ${where} ORDER BY htid`)
}

for (const text of ['all', 'stage:index', 'target:main', 'shard:main/FULLEST', 'lane:daily', `host:${hostname()}`]) {
  test(`a row in slip_control for ${text} stops it after the batch in hand, and its deletion lets it go on`, async () => {
    const scope = await scopeOf(text)
    const { kind, name } = parseScope(scope)
    await inTheMiddle(async () => {
      await rows(`INSERT INTO slip_control (scope, name) VALUES ('${kind}', '${name}')`)
    })
    await untilObeyed(scope)
    const left = await queuedIn(scope)
    expect(left.length).toBeGreaterThan(0)
    expect(left.every(({ state, attempts }) => state === 0 && attempts === 0)).toBe(true)
    // a daemon that is paused or idles goes on telling that it has read slip_control
    await untilObeyed(scope)
    expect(await queuedIn(scope)).toEqual(left)
    await rows(`DELETE FROM slip_control WHERE scope = '${kind}' AND name = '${name}'`)
    await untilDone()
  })
}

for (const text of ['stage:index', 'shard:main/FULLEST']) {
  test(`slipctl pause ${text} --drain returns when the batch in hand is over and nothing is claimed; slipctl resume lets it go on`, async () => {
    const scope = await scopeOf(text)
    let drained: ReturnType<typeof ctl> | undefined
    await inTheMiddle(async () => {
      // it waits for the batch, which waits for us
      const { code, out } = await ctl('pause', scope, '--drain', '--timeout', '1ms')
      expect(code).toBe(5)
      expect(out).toMatch(/^not drained within 1ms, still waiting for 1 worker to read the pause/m)
      drained = ctl('pause', scope, '--drain', '--json')
    })
    const { code, out } = (await drained) as Awaited<ReturnType<typeof ctl>>
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ scope, drained: true, end: 'drained', left: { workers: [], claims: 0 } })
    const left = await queuedIn(scope)
    expect(left.length).toBeGreaterThan(0)
    await untilObeyed(scope)
    expect(await queuedIn(scope)).toEqual(left)
    expect((await ctl('resume', scope)).code).toBe(0)
    await untilDone()
  })
}

test('a pause of one shard leaves the others to their work', async () => {
  const scope = await scopeOf('shard:main/FULLEST')
  await inTheMiddle(async () => {
    await pause(library.state.db, parseScope(scope), who)
  })
  while ((await rows(`SELECT 1 FROM slip_queue WHERE shard <> ${await fullestShard()}`)).length > 0);
  expect((await queuedIn(scope)).length).toBeGreaterThan(0)
  await rows('DELETE FROM slip_control')
  await untilDone()
})

test('a pause for a time ends by itself when its time is over', async () => {
  await inTheMiddle(async () => {
    await pause(library.state.db, parseScope('target:main'), { ...who, forMs: 3_600_000 })
  })
  await untilObeyed('target:main')
  expect((await queuedIn('target:main')).length).toBeGreaterThan(0)
  await rows(`UPDATE slip_control SET until = CURRENT_TIMESTAMP(6)`)
  await untilDone()
  await rows('DELETE FROM slip_control')
})

test('a daemon older than the schema admits finishes its batch, claims nothing more and exits 8', async () => {
  // by its time: the event of a batch before may be read later than the database tells that it is done
  let since = ''
  await inTheMiddle(async () => {
    since = new Date().toISOString()
    await rows(`UPDATE slip_schema SET oldest_code = '99.0.0'`)
  })
  expect((await daemon.exit).code).toBe(8)
  await rows(`UPDATE slip_schema SET oldest_code = '0.1.0'`)
  const [batch, ...more] = daemon.events.filter(({ event, time }) => event === 'index.batch' && String(time) >= since)
  expect(more).toEqual([])
  expect(batch).toMatchObject({ claimed: 3, indexed: 3, returned: 0 })
  expect(await rows('SELECT 1 FROM slip_claim')).toEqual([])
  expect(await rows('SELECT DISTINCT state, attempts FROM slip_queue')).toEqual([{ state: 0, attempts: 0 }])
  expect((await runOnce('index', library.configFile)).code).toBe(0)
})

test('a daemon whose lease is changed under it finishes its batch, says so and exits 2', async () => {
  daemon = start('index', library.configFile)
  await daemon.event('daemon.ready')
  await inTheMiddle(() => rows('UPDATE slip_target SET lease_ms = 50000').then(() => undefined))
  expect((await daemon.exit).code).toBe(2)
  expect(daemon.words.join(' ')).toContain('targets.main.lease is 60000 ms here and 50000 ms in the database')
  expect(await rows('SELECT 1 FROM slip_claim')).toEqual([])
  expect(await rows('SELECT strikes FROM slip_queue WHERE strikes > 0')).toEqual([])
  await rows('UPDATE slip_target SET lease_ms = 60000')
  expect((await runOnce('index', library.configFile)).code).toBe(0)
})

test('all is at rest after all pauses', async () => {
  expect(await library.violations()).toEqual([])
  expect(daemon.events.filter(({ event }) => event === 'daemon.expired' || event === 'lease.lost')).toEqual([])
})
