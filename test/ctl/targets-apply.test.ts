import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { type Library, openLibrary } from '../daemon/library.ts'
import { ask } from '../services/ask.ts'
import { type TestDatabase, testDatabase } from '../services/database.ts'
import { type TestIndices, testIndices } from '../services/opensearch/indices.ts'
import { slipctl } from './slipctl.ts'

let library: Library
let indices: TestIndices
let room: TestDatabase
let config: string
beforeAll(async () => {
  library = await openLibrary()
  indices = await testIndices('opensearch2')
  room = await testDatabase()
  const ofAnotherRelease = { aliases: { [`${indices.prefix}_1`]: {} } }
  await ask(indices.url, `PUT /${indices.prefix}_1_0123456789abcdef`, ofAnotherRelease)
  const settings = parse(readFileSync(library.configFile, 'utf8'))
  const { main } = settings.targets
  const any = { shards: 1, lease: main.lease, overlap: main.overlap }
  settings.targets = {
    old: { engine: 'opensearch', urls: [indices.url], index: indices.prefix, ...any },
    away: { engine: 'solr', urls: ['http://127.0.0.1:1/solr'], ...any },
    next: { ...main, urls: [room.url] },
    main,
  }
  config = join(library.folder, 'more.yaml')
  writeFileSync(config, stringify(settings))
})
afterAll(async () => {
  await library?.close()
  await indices?.drop()
  await room?.drop()
})

const apply = (...args: string[]) => slipctl(['targets', 'apply', '--config', config, ...args])

test('an index that cannot be made keeps no other from being applied; each is told, and the first decides the exit code', async () => {
  const { code, out, err } = await apply()
  expect([code, out.match(/^\w+: .*$/gm)]).toEqual([2, ['next: new', 'main: nothing to change']])
  expect(err.match(/^slipctl: .*$/gm)).toEqual([
    expect.stringContaining(`ENGINE_INDEX_UNFIT: ${indices.url}: alias ${indices.prefix}_1 leads to index`),
    expect.stringContaining('ENGINE_UNAVAILABLE: http://127.0.0.1:1/solr'),
  ])
  const known = await library.state.db.query('SELECT name, shards FROM slip_target ORDER BY name')
  expect(known).toEqual(['main', 'next'].map((name) => ({ name, shards: 2 })))
})

test('with --json each target has its line, whatever became of it', async () => {
  const { code, out } = await apply('--json')
  const lines = out.trimEnd().split('\n')
  expect([code, lines.map((line) => JSON.parse(line))]).toEqual([
    2,
    [
      { error: expect.objectContaining({ code: 'ENGINE_INDEX_UNFIT', place: { target: 'old' } }) },
      { error: expect.objectContaining({ code: 'ENGINE_UNAVAILABLE', place: { target: 'away' } }) },
      { target: 'next', new: false, changes: [] },
      { target: 'main', new: false, changes: [] },
    ],
  ])
})
