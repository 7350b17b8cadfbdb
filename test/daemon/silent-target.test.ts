import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { askAgain, askAnew } from './ask-again.ts'
import { Door } from './door.ts'
import { type Library, openLibrary } from './library.ts'
import { endAll, type LoggedEvent, runOnce, start } from './processes.ts'

let library: Library
let door: Door
let index: pg.Client
beforeAll(async () => {
  library = await openLibrary({
    second: true,
    config: { indexer: { attempts: 1, batch: 2 }, breaker: { probe: '1s' } },
    engineThrough: async (url) => {
      const opened = await Door.to(url)
      door = opened.door
      return opened.url
    },
  })
  library.lay('day-1')
  await runOnce('rights', library.configFile)
  index = new pg.Client(library.config.targets.main?.urls?.[0] ?? '')
  await index.connect()
})
afterEach(() => endAll())
afterAll(async () => {
  await index.end()
  door.close()
  await library.close()
})

const rows = (sql: string) => library.state.db.query(sql)

test('a target whose server falls silent, and breaks nothing, holds no other back', async () => {
  const daemon = start('index', library.configFile)
  // both its engine and its chores have asked it something
  const asked = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'slip main'`
  while ((await index.query(asked)).rows.length === 0);
  door.hold(true)
  await runOnce('enqueue', library.configFile)
  while ((await rows(`SELECT 1 FROM slip_queue WHERE target = 'second' AND state IN (0, 1)`)).length > 0);
  expect((await rows(`SELECT 1 FROM slip_indexed WHERE target = 'second'`)).length).toBeGreaterThan(10)
  expect(await rows(`SELECT 1 FROM slip_indexed WHERE target = 'main' AND presence = 'indexed'`)).toEqual([])
  door.hold(false)
  while ((await rows(`SELECT 1 FROM slip_queue WHERE state IN (0, 1)`)).length > 0);
  daemon.kill('SIGTERM')
  expect(await daemon.exit).toEqual({ code: 0, signal: null })
  await library.passLease()
  await rows('DELETE FROM slip_breaker')
  expect((await runOnce('index', library.configFile)).code).toBe(0)
  expect(await library.violations()).toEqual([])
})

const suspend = (kind: 'target' | 'shard', name: string) =>
  rows(
    `INSERT INTO slip_breaker (kind, name, failures, reason, since, next_probe)
     VALUES ('${kind}', '${name}', 3, 'ENGINE_UNAVAILABLE: away', CURRENT_TIMESTAMP(6), CURRENT_TIMESTAMP(6) - INTERVAL '1' SECOND)`,
  )
const isUntaken = async () =>
  (await rows('SELECT 1 FROM slip_breaker WHERE next_probe < CURRENT_TIMESTAMP(6)')).length === 1

test('the probe of a target is taken when its engine has answered, and no sooner', async () => {
  await suspend('target', 'main')
  await askAgain(library)
  door.hold(true)
  const daemon = start('index', library.configFile)
  // served again after the question to the other has had its second
  const served = () => daemon.events.filter(({ event, target }) => event === 'index.claimed' && target === 'second')
  while (served().length < 3) await rows('SELECT 1')
  expect(await isUntaken()).toBe(true)
  door.hold(false)
  await daemon.event('breaker.closed')
})

test('the probe of a shard is taken when the shard has said that it can be read, and no sooner', async () => {
  await suspend('shard', 'main/1')
  await askAgain(library)
  await index.query('BEGIN')
  await index.query('LOCK TABLE index_main.document IN ACCESS EXCLUSIVE MODE')
  const daemon = start('index', library.configFile)
  const asked = `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'index_main.document'::regclass`
  while ((await index.query(asked)).rows.length === 0);
  const served = () => daemon.events.filter(({ event, target }) => event === 'index.claimed' && target === 'second')
  while (served().length < 3) await rows('SELECT 1')
  expect(await isUntaken()).toBe(true)
  await index.query('COMMIT')
  await daemon.event('breaker.closed')
})

test('a shard that is read and takes nothing is tried out beside the work for others', async () => {
  await suspend('shard', 'main/1')
  await askAgain(library)
  await index.query('BEGIN')
  await index.query('LOCK TABLE index_main.document IN EXCLUSIVE MODE')
  await rows(`UPDATE slip_queue SET shard = 1 WHERE target = 'main'`)
  const daemon = start('index', library.configFile)
  const claimed =
    (of: string) =>
    ({ event, target }: LoggedEvent) =>
      event === 'index.claimed' && target === of
  const begun = () => daemon.events.findIndex(claimed('main'))
  // the probe has not ended: what it posts waits for the table
  while (begun() < 0 || !daemon.events.slice(begun()).some(claimed('second'))) await rows('SELECT 1')
  expect(daemon.events.some(({ event, target }) => event === 'index.batch' && target === 'main')).toBe(false)
  await index.query('COMMIT')
  await daemon.event('breaker.closed')
})

test('a shard that is read and takes nothing holds no other shard of its target back while it is tried out', async () => {
  // every item has its shard, and both have some
  await askAnew(library)
  expect((await runOnce('index', library.configFile)).code).toBe(0)
  await askAgain(library)
  await suspend('shard', 'main/1')
  await index.query('BEGIN')
  await index.query('LOCK TABLE index_main.document_1 IN EXCLUSIVE MODE')
  const daemon = start('index', library.configFile)
  const underWay = () => {
    const ofFirst = daemon.events.filter(({ target, shard }) => target === 'main' && shard === 1)
    const told = (name: string) => ofFirst.filter(({ event }) => event === name).length
    return told('index.claimed') - told('index.batch')
  }
  while (underWay() === 0) await rows('SELECT 1')
  while ((await rows(`SELECT 1 FROM slip_queue WHERE target = 'main' AND shard = 2 AND state IN (0, 1)`)).length > 0);
  // what it posts waits for the table
  expect(underWay()).toBe(1)
  await index.query('COMMIT')
  await daemon.event('breaker.closed')
})
