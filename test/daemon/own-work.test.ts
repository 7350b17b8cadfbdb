import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { slipctl } from '../ctl/slipctl.ts'
import { type TestDatabase, testDatabase } from '../services/database.ts'
import { type Library, openLibrary } from './library.ts'
import { endAll, type LoggedEvent, runOnce, start } from './processes.ts'

let library: Library
let second: TestDatabase
beforeAll(async () => {
  library = await openLibrary({ config: { indexer: { attempts: 1, batch: 4 } } })
  second = await testDatabase()
  library.lay('day-1')
  for (const stage of ['rights', 'enqueue'] as const) await runOnce(stage, library.configFile)
})
afterEach(endAll)
afterAll(async () => {
  await library.close()
  await second.drop()
})

const rows = (sql: string) => library.state.db.query(sql)
const indexOnce = (...args: string[]) => runOnce('index', library.configFile, ...args)
/** Shards of what was claimed; 0 = deletes of what was never indexed. */
const claimed = (events: readonly LoggedEvent[]) =>
  [...new Set(events.filter(({ event }) => event === 'index.claimed').map(({ shard }) => shard))].toSorted()
const places = async () => await rows('SELECT htid, shard FROM slip_indexed WHERE shard > 0 ORDER BY htid')
/** Everything that is indexed is asked for again. */
async function changeAll() {
  await rows('UPDATE slip_rights SET rev = rev + 1, insert_time = CURRENT_TIMESTAMP(6)')
  await runOnce('enqueue', library.configFile)
}

test('new items that a process with --shard claims are drawn to its shard alone', async () => {
  const [half] = await rows('SELECT count(*) AS n FROM slip_queue')
  const kept = await rows(`SELECT htid FROM slip_queue ORDER BY htid LIMIT ${Math.floor(Number(half?.n) / 2)}`)
  const those = `htid IN (${kept.map(({ htid }) => `'${htid}'`).join(', ')})`
  await rows(`UPDATE slip_queue SET state = 3, hold = true WHERE ${those}`)
  expect(claimed((await indexOnce('--shard', '1')).events).filter((shard) => shard !== 0)).toEqual([1])
  await rows(`UPDATE slip_queue SET state = 0, hold = false WHERE ${those}`)
  expect(claimed((await indexOnce('--target', 'main', '--shard', '2')).events).filter((shard) => shard !== 0)).toEqual([
    2,
  ])
  expect(await rows('SELECT DISTINCT shard FROM slip_indexed WHERE shard > 0 ORDER BY shard')).toEqual([
    { shard: 1 },
    { shard: 2 },
  ])
})

test('what lies in another shard is left as it is, ready for whom it is for', async () => {
  await changeAll()
  expect(await indexOnce('--shard', '2')).toMatchObject({ code: 0 })
  expect(await rows('SELECT DISTINCT shard, state, attempts FROM slip_queue')).toEqual([
    { shard: 1, state: 0, attempts: 0 },
  ])
})

test('two daemons with a shard each do all there is, each its own, and items keep their shards', async () => {
  await changeAll()
  const before = await places()
  const daemons = ['1', '2'].map((shard) => start('index', library.configFile, '--shard', shard))
  while ((await rows('SELECT 1 FROM slip_queue LIMIT 1')).length > 0);
  for (const daemon of daemons) {
    daemon.kill('SIGTERM')
    await daemon.exit
  }
  expect(daemons.map(({ events }) => claimed(events).filter((shard) => shard !== 0))).toEqual([[1], [2]])
  expect(await places()).toEqual(before)
  expect(await library.violations()).toEqual([])
})

test('a process with --lane claims from this lane alone, and takes suspects only where it is told to', async () => {
  await changeAll()
  const [first, suspect] = await rows('SELECT htid FROM slip_queue ORDER BY htid')
  await rows(`UPDATE slip_queue SET lane = 2 WHERE htid = '${first?.htid}'`)
  await rows(`UPDATE slip_queue SET lane = 0 WHERE htid = '${suspect?.htid}'`)
  const lanesLeft = async () =>
    (await rows('SELECT DISTINCT lane FROM slip_queue ORDER BY lane')).map(({ lane }) => lane)
  expect(await indexOnce('--lane', 'ops')).toMatchObject({ code: 0 })
  expect(await lanesLeft()).toEqual([0, 1])
  await indexOnce('--lane', 'daily', '--lane', 'bulk')
  expect(await lanesLeft()).toEqual([0])
  await indexOnce('--lane', 'alone')
  expect(await lanesLeft()).toEqual([])
})

test('a process with --target works for this target alone', async () => {
  const file = join(library.folder, 'both.yaml')
  const config = parse(readFileSync(library.configFile, 'utf8'))
  config.targets.second = { ...config.targets.main, urls: [second.url] }
  writeFileSync(file, stringify(config))
  expect(await slipctl(['targets', 'apply', '--config', file])).toMatchObject({ code: 0 })
  await slipctl(['enqueue', '--all', '--config', file])
  expect(await runOnce('index', file, '--target', 'second')).toMatchObject({ code: 0 })
  expect(await rows('SELECT DISTINCT target FROM slip_queue')).toEqual([{ target: 'main' }])
  expect(await runOnce('index', file, '--shard', '1')).toMatchObject({
    code: 2,
    words: expect.stringMatching(/^USAGE: --shard needs one --target to say whose shard is meant: main, second/),
  })
})

test('a name that is none is refused before the database is asked', async () => {
  const file = join(library.folder, 'away.yaml')
  const config = parse(readFileSync(library.configFile, 'utf8'))
  writeFileSync(file, stringify({ ...config, database: { url: 'postgres://127.0.0.1:1/none' } }))
  expect(await runOnce('index', file, '--lane', 'dialy')).toMatchObject({
    code: 2,
    words: expect.stringMatching(
      /^USAGE: there is no lane dialy; did you mean daily\?; known: alone, daily, ops, bulk/,
    ),
  })
})
