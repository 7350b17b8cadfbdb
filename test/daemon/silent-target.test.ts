import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Door } from './door.ts'
import { type Library, openLibrary } from './library.ts'
import { endAll, runOnce, start } from './processes.ts'

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
