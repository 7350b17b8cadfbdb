import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Library, openLibrary } from './library.ts'
import { endAll, runOnce, start } from './processes.ts'

let library: Library
let index: pg.Client
beforeAll(async () => {
  library = await openLibrary({ second: true, config: { indexer: { attempts: 1, batch: 2, inFlightBytes: 65_536 } } })
  library.lay('day-1')
  for (const stage of ['rights', 'enqueue'] as const) await runOnce(stage, library.configFile)
  index = new pg.Client(library.config.targets.main?.urls?.[0] ?? '')
  await index.connect()
})
afterEach(() => endAll())
afterAll(async () => {
  await index.end()
  await library.close()
})

const rows = (sql: string) => library.state.db.query(sql)
const ledgers = `SELECT target, count(*) AS n FROM slip_indexed WHERE presence = 'indexed' GROUP BY target`

test('a target whose batch waits for room in memory, as its index holds every post, holds no other back', async () => {
  await index.query('BEGIN')
  await index.query('LOCK TABLE index_main.document IN EXCLUSIVE MODE')
  const daemon = start('index', library.configFile)
  while ((await rows(`SELECT 1 FROM slip_queue WHERE target = 'second' AND state IN (0, 1)`)).length > 0);
  const [only, ...others] = await rows(ledgers)
  expect([only?.target, others]).toEqual(['second', []])
  expect((await rows(`SELECT 1 FROM slip_claim WHERE target = 'main'`)).length).toBeGreaterThan(0)
  await index.query('COMMIT')
  while ((await rows(`SELECT 1 FROM slip_queue WHERE state IN (0, 1)`)).length > 0);
  daemon.kill('SIGTERM')
  expect(await daemon.exit).toEqual({ code: 0, signal: null })
  expect(daemon.events.filter(({ event }) => event === 'index.unbalanced')).toEqual([])
  expect((await rows(ledgers)).map(({ n }) => n)).toEqual([only?.n, only?.n])
  expect(await library.violations()).toEqual([])
})
