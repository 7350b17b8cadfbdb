import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { slipctl } from '../ctl/slipctl.ts'
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

const untilDone = async () => {
  const waits = `SELECT 1 FROM slip_queue WHERE target = 'second' AND state IN (0, 1) AND lane > 0`
  while ((await rows(waits)).length > 0);
}

test('a target whose batch waits for room in memory, as its index holds every post, holds no other back', async () => {
  await index.query('BEGIN')
  await index.query('LOCK TABLE index_main.document IN EXCLUSIVE MODE')
  const [first] = await rows(`SELECT min(htid) AS htid FROM slip_queue WHERE target = 'second'`)
  await library.state.db.query(`UPDATE slip_queue SET lane = 0 WHERE target = 'second' AND htid = '${first?.htid}'`)
  const suspects = `SELECT 1 FROM slip_queue WHERE target = 'second' AND lane = 0`
  const daemon = start('index', library.configFile)
  await untilDone()
  // nor does a suspect, which is to be alone in the process
  const again = ['enqueue', '--all', '--target', 'second', '--config', library.configFile]
  expect(await slipctl(again)).toMatchObject({ code: 0 })
  await untilDone()
  expect(await rows(suspects)).toHaveLength(1)
  const [only, ...others] = await rows(ledgers)
  const all = Number(only?.n) + 1
  expect([only?.target, others]).toEqual(['second', []])
  expect((await rows(`SELECT 1 FROM slip_claim WHERE target = 'main'`)).length).toBeGreaterThan(0)
  await index.query('COMMIT')
  while ((await rows(`SELECT 1 FROM slip_queue WHERE state IN (0, 1)`)).length > 0);
  daemon.kill('SIGTERM')
  expect(await daemon.exit).toEqual({ code: 0, signal: null })
  expect(daemon.events.filter(({ event }) => event === 'index.unbalanced')).toEqual([])
  expect((await rows(ledgers)).map(({ n }) => Number(n))).toEqual([all, all])
  expect(await library.violations()).toEqual([])
}, 120_000)
