import { renameSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { askAgain, askAnew } from './ask-again.ts'
import { Door } from './door.ts'
import { type Library, openLibrary } from './library.ts'
import { endGently, runOnce, start } from './processes.ts'

let library: Library
let engine: Door
beforeAll(async () => {
  library = await openLibrary({
    config: { breaker: { failures: 2 }, indexer: { attempts: 1, environmentBackoff: '10m', batch: 4 } },
    engineThrough: async (url) => {
      const opened = await Door.to(url)
      engine = opened.door
      return opened.url
    },
  })
  library.lay('day-1')
  await runOnce('rights', library.configFile)
})
beforeEach(() => askAnew(library))
afterEach(async () => {
  engine.set(true)
  await endGently()
  await rows('DELETE FROM slip_breaker')
  await library.passLease()
})
afterAll(async () => {
  engine.close()
  await library.close()
})

const rows = (sql: string) => library.state.db.query(sql)
/** As if the pause were over. */
const passProbe = () => rows(`UPDATE slip_breaker SET next_probe = next_probe - INTERVAL '601' SECOND`)
const untouched = async () => rows('SELECT DISTINCT state, attempts, strikes FROM slip_queue')

async function finish() {
  await library.passLease()
  expect((await runOnce('index', library.configFile)).code).toBe(0)
  expect(await library.violations()).toEqual([])
}

test('an index that stays away is suspended for every process, nothing of it is claimed, and it opens again by itself', async () => {
  engine.set(false)
  const daemon = start('index', library.configFile)
  expect(await daemon.event('breaker.opened')).toMatchObject({ kind: 'target', name: 'main' })
  expect(await rows('SELECT kind, name, failures FROM slip_breaker')).toEqual([
    { kind: 'target', name: 'main', failures: 2 },
  ])
  expect(daemon.events.filter(({ event }) => event === 'index.claimed')).toEqual([])
  expect(await untouched()).toEqual([{ state: 0, attempts: 0, strikes: 0 }])

  await passProbe()
  await daemon.event('breaker.probe-failed')
  engine.set(true)
  await passProbe()
  await daemon.event('breaker.closed')
  daemon.kill('SIGTERM')
  await daemon.exit
  expect(await rows('SELECT 1 FROM slip_breaker')).toEqual([])
  await finish()
})

test('a process obeys what another suspended', async () => {
  await rows(
    `INSERT INTO slip_breaker (kind, name, failures, reason, since, next_probe)
     VALUES ('target', 'main', 3, 'ENGINE_UNAVAILABLE: away', CURRENT_TIMESTAMP(6), CURRENT_TIMESTAMP(6) + INTERVAL '120' SECOND)`,
  )
  const daemon = start('index', library.configFile)
  await daemon.event('daemon.ready')
  const seen = async () => (await rows('SELECT control_seen FROM slip_worker'))[0]?.control_seen
  // two steps: what it was to claim, it would have claimed
  for (const before of [await seen(), await seen()]) while ((await seen()) === before);
  expect(daemon.events.filter(({ event }) => event === 'index.claimed')).toEqual([])
  await rows('DELETE FROM slip_breaker')
  await daemon.event('index.batch')
})

test('with a repository that is away deletes go on, and nothing else is touched', async () => {
  const root = join(library.folder, 'pairtree')
  renameSync(root, `${root}.away`)
  const deletes = await rows(`SELECT htid FROM slip_queue WHERE action = 'delete' ORDER BY htid`)
  expect(deletes.length).toBeGreaterThan(0)
  const daemon = start('index', library.configFile)
  const { name } = await daemon.event('breaker.opened')
  expect(name).toMatch(new RegExp(`:${root}$`))
  await daemon.event('index.batch')
  expect(await rows(`SELECT 1 FROM slip_queue WHERE action = 'delete'`)).toEqual([])
  expect(await untouched()).toEqual([{ state: 0, attempts: 0, strikes: 0 }])
  renameSync(`${root}.away`, root)
  await passProbe()
  await daemon.event('breaker.closed')
  daemon.kill('SIGTERM')
  await daemon.exit
  await finish()
})

test('a shard that gives no answer is suspended alone: its items wait unburnt, the other shard and new items go on', async () => {
  const index = new pg.Client(library.config.targets.main?.urls?.[0] ?? '')
  await index.connect()
  // what was written by the tests before has its shard
  await finish()
  await askAgain(library)
  const ofShard = async (shard: number) => rows(`SELECT htid FROM slip_queue WHERE shard = ${shard}`)
  const sizes = [(await ofShard(1)).length, (await ofShard(2)).length]
  const [dead, other] = sizes[0]! > sizes[1]! ? [1, 2] : [2, 1]
  await index.query(`ALTER TABLE index_main.document DETACH PARTITION index_main.document_${dead}`)
  try {
    const { code, events } = await runOnce('index', library.configFile)
    expect(code).toBe(7)
    expect(events.filter(({ event }) => event.startsWith('breaker'))).toMatchObject([
      { event: 'breaker.opened', kind: 'shard', name: `main/${dead}` },
    ])
    expect(await ofShard(other)).toEqual([])
    // two batches of four were in hand until it was suspended
    const left = await rows('SELECT state, shard, attempts, unproven FROM slip_queue')
    const delayed = left.filter(({ state }) => state === 2)
    expect(left.length - delayed.length).toBeGreaterThan(0)
    expect(delayed.length).toBeLessThanOrEqual(8)
    expect(new Set(left.map(({ shard, attempts }) => `${shard} ${attempts}`))).toEqual(new Set([`${dead} 0`]))
    expect(delayed.every(({ unproven }) => unproven)).toBe(true)
    // tried out by one batch, it is as it was
    const again = await runOnce('index', library.configFile)
    expect(again.code).toBe(7)
    expect(again.events.filter(({ event }) => event === 'index.claimed').length).toBeLessThanOrEqual(1)
  } finally {
    await index.query(
      `ALTER TABLE index_main.document ATTACH PARTITION index_main.document_${dead} FOR VALUES IN (${dead})`,
    )
    await index.end()
  }
  await finish()
})
