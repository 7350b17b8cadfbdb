import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readProgress } from '../../src/state/audit/progress.ts'
import { pause, resume } from '../../src/state/control/pause.ts'
import { noPages } from '../conformance/engine/used-engine.ts'
import { retryErrors } from '../state/error-pages.ts'
import { type Library, openLibrary, samples } from './library.ts'
import { endAll, runOnce, start } from './processes.ts'

const expected = JSON.parse(readFileSync(join(samples, 'expected.json'), 'utf8'))
const planted = Object.entries(expected.errors as Record<string, string>)
  .map(([code, htid]) => ({ code, htid }))
  .sort((a, b) => (a.htid < b.htid ? -1 : 1))

let library: Library
beforeAll(async () => {
  library = await openLibrary()
})
afterEach(endAll)
afterAll(() => library.close())

async function runStages() {
  const results = []
  for (const stage of ['rights', 'enqueue', 'index'] as const) results.push(await runOnce(stage, library.configFile))
  expect(results.map((result) => [result.code, result.words])).toEqual([
    [0, ''],
    [0, ''],
    [0, ''],
  ])
  return results
}
const passOf = (events: readonly { event: string }[]) => events.find((event) => event.event === 'rights.pass')
const counted = async () => {
  const [row] = await library.state.db.query<{ n: number }>('SELECT sum(indexed_ct) AS n FROM slip_indexed')
  return Number(row?.n)
}
const unresolved = () =>
  library.state.db.query('SELECT code, htid FROM slip_errors WHERE resolved_at IS NULL ORDER BY htid')

test('day 1 goes rights → queue → claimed → indexed, and each planted trouble ends in its own error', async () => {
  library.lay('day-1')
  const [rights] = await runStages()
  const { items, indexed, deleted } = expected.firstDay
  expect(passOf(rights!.events)).toMatchObject({ new: items, updated: 0, moved: 0, withdrawn: 0, bad: 0 })
  expect(await readProgress(library.state.db, 'main')).toMatchObject({
    items,
    indexed,
    deleted,
    errors: 3,
    ready: 0,
    claimed: 0,
    delayed: 0,
  })
  expect(await unresolved()).toEqual(planted)
  expect(await library.violations()).toEqual([])
})

test('the same files again re-index nothing', async () => {
  const before = await counted()
  const [rights] = await runStages()
  expect(passOf(rights!.events)).toBeUndefined()
  expect(await counted()).toBe(before)
})

test('day 2 re-indexes exactly what changed, withdraws what the delete file names, follows what moved', async () => {
  library.lay('day-2')
  const [rights] = await runStages()
  const { NEW, UPDATED, MOVED, WITHDRAWN } = expected.secondDay
  expect(passOf(rights!.events)).toMatchObject({
    new: NEW.length,
    updated: UPDATED.length,
    moved: MOVED.length,
    withdrawn: WITHDRAWN.length,
    bad: 0,
  })
  const { items, indexed, deleted, pages } = expected
  expect(await readProgress(library.state.db, 'main')).toMatchObject({ items, indexed, deleted, errors: 3, pages })
  expect(await library.violations()).toEqual([])
  const again = await library.state.db.query<{ htid: string }>(
    `SELECT htid FROM slip_indexed WHERE indexed_ct > 1 ORDER BY htid`,
  )
  expect(again.map((row) => row.htid)).toEqual([...UPDATED, ...MOVED].sort())
})

test('every search of the sample finds its volumes', async () => {
  for (const { query, hits } of expected.searches) {
    const answer = await library.engine.search(query, { limit: 10, pagesPerHit: 3, pagesOf: noPages })
    expect([query, answer.total]).toEqual([query, hits])
  }
})

test('empty pages and invalid bytes are counted, not hidden', async () => {
  const sql = `SELECT htid, pages - read_pages AS unread, empty_pages, invalid_bytes FROM slip_indexed WHERE htid LIKE 'demo1.trouble%' AND presence = 'indexed' ORDER BY htid`
  expect(await library.state.db.query(sql)).toEqual([
    { htid: 'demo1.trouble_empty_pages', unread: 0, empty_pages: 8, invalid_bytes: 0 },
    { htid: 'demo1.trouble_invalid_utf8', unread: 0, empty_pages: 0, invalid_bytes: 45 },
  ])
})

test('a corrected file followed by a retry heals each error', async () => {
  library.lay('corrected')
  await library.state.db.transaction((tx) => retryErrors(tx, {}))
  expect((await runOnce('index', library.configFile)).code).toBe(0)
  expect(await unresolved()).toEqual([])
  expect(await library.violations()).toEqual([])
  const history = await library.state.db.query(`SELECT DISTINCT resolution FROM slip_errors`)
  expect(history).toEqual([{ resolution: 'fixed' }])
})

test('with --once a daemon whose target is paused ends with 6, and does the rest', async () => {
  const scope = { kind: 'target', name: 'main' } as const
  await pause(library.state.db, scope, { by: 'test', reason: '' })
  for (const stage of ['enqueue', 'index'] as const) expect((await runOnce(stage, library.configFile)).code).toBe(6)
  await resume(library.state.db, scope)
})

test('an option that is given twice is refused', async () => {
  const config = await runOnce('rights', library.configFile, '--config', library.configFile)
  expect([config.code, config.words]).toEqual([2, 'slip-rights: USAGE: --config is given twice; see --help'])
})

test('FORCED gives a new revision though nothing changed', async () => {
  const forced = await runOnce('rights', library.configFile, '--force', 'demo1.30000000000011')
  expect(passOf(forced.events)).toMatchObject({ forced: 1, updated: 0 })
  await runStages()
  expect(await library.violations()).toEqual([])
  const [row] = await library.state.db.query(
    `SELECT rev, indexed_ct FROM slip_indexed WHERE htid = 'demo1.30000000000011'`,
  )
  expect(row).toEqual({ rev: 2, indexed_ct: 2 })
})

test('--force ends by itself, without --once too', async () => {
  const daemon = start('rights', library.configFile, '--force', 'demo1.stays_day2')
  expect(await daemon.exit).toEqual({ code: 0, signal: null })
  expect(passOf(daemon.events)).toMatchObject({ forced: 1 })
})
