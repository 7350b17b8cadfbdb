import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { fullChore, isRoomy, type Limits, limitReached } from '../../src/daemon/chores/full.ts'
import { EventBus } from '../../src/events/bus.ts'
import type { Events } from '../../src/events/events.ts'
import { closeShard } from '../../src/state/control/close-shard.ts'
import { listShards } from '../../src/state/control/target.ts'
import { lookOf } from '../state/do-chore.ts'
import { type Library, openLibrary } from './library.ts'
import { endAll, runOnce, start } from './processes.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
  library.lay('day-1')
  for (const stage of ['rights', 'enqueue'] as const) await runOnce(stage, library.configFile)
  // three items in shard 2, all others in shard 1
  const few = (await rows(`SELECT htid FROM slip_queue WHERE action = 'index' ORDER BY htid`)).slice(0, 3)
  const those = `htid IN (${few.map(({ htid }) => `'${htid}'`).join(', ')})`
  await rows(`UPDATE slip_queue SET state = 3, hold = true WHERE ${those}`)
  await rows('UPDATE slip_shard SET weight = 0 WHERE shard = 2')
  await runOnce('index', library.configFile)
  await rows(`UPDATE slip_queue SET state = 0, hold = false WHERE ${those}`)
  await rows('UPDATE slip_shard SET weight = 1 - weight')
  await runOnce('index', library.configFile)
})
afterEach(async () => {
  await endAll()
  await rows(`UPDATE slip_shard SET state = 'open', state_before = NULL, reason = '', weight = 1`)
})
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query(sql)
const target = { name: 'main', shards: 2 }
const events: string[] = []
const bus = new EventBus()
bus.subscribe((name, fields) => events.push([name, ...Object.values(fields)].join(' ')))
const failed: object[] = []
bus.subscribe((name, fields) => {
  if (name !== 'chore.failed') return
  const { message: _, ...told } = fields as Events['chore.failed']
  failed.push(told)
})

/** One run of the chore; `between` comes after it looked and before it writes. Returns how many shards it changed. */
async function run(limits: Limits, between: () => Promise<unknown> = async () => undefined): Promise<number> {
  events.length = 0
  const { db } = library.state
  const work = await lookOf(fullChore({ db, engine: library.engine, target }, limits, bus))
  await between()
  return work === null ? 0 : db.transaction(work)
}
const states = async () =>
  (await listShards(library.state.db, 'main')).map(({ shard, state, reason }) => `${shard} ${state} ${reason}`.trim())
const close = () => library.state.db.transaction((tx) => closeShard(tx, { target: 'main', shard: 1 }, 'moves'))
const documents = (shard: number) => library.engine.count(shard)

test.each<[string, Limits, number, number, number]>([
  ['documents', { documents: 1_000 }, 999, 1_000, 900],
  ['bytes', { bytes: 1_000 }, 999, 1_000, 900],
  ['diskFree', { diskFree: 1_000 }, 1_001, 1_000, 1_100],
])('a shard is full at its limit of %s, and has room again a tenth from it', (what, limits, below, at, roomy) => {
  const size = (value: number) => ({ documents: 0, bytes: 0, diskFree: 1_000_000, [what]: value })
  expect([limitReached(size(below), limits), limitReached(size(at), limits)]).toEqual([null, what])
  const step = what === 'diskFree' ? -1 : 1
  expect([isRoomy(size(roomy), limits), isRoomy(size(roomy + step), limits)]).toEqual([true, false])
})

test('what an engine does not tell makes no shard full', () => {
  expect(limitReached({ documents: 5, bytes: null, diskFree: null }, { bytes: 1, diskFree: 1 })).toBeNull()
})

test('a shard that reached a limit is full and says which, and is open again when the limit is raised', async () => {
  const limits = { documents: await documents(1) }
  expect(await run(limits)).toBe(1)
  expect(events).toContain(
    `shard.full main 1 documents ${limits.documents}, targets.main.full.documents is ${limits.documents}`,
  )
  expect(await states()).toEqual([expect.stringMatching(/^1 full documents \d+, targets/), '2 open'])
  expect(await run({ documents: limits.documents + 1 }), 'within the margin nothing changes').toBe(0)
  expect(await run({ documents: 2 * limits.documents })).toBe(1)
  expect(events).toContain('shard.roomy main 1')
  expect(await states()).toEqual(['1 open', '2 open'])
})

test('the bytes are those the engine has on its disk', async () => {
  const { bytes } = await library.engine.size(1)
  await run({ bytes: bytes! })
  expect((await states())[0]).toBe(`1 full bytes ${bytes}, targets.main.full.bytes is ${bytes}`)
})

test('a shard that a person closed stays closed, full or not', async () => {
  await close()
  await run({ documents: 1 })
  expect((await states())[0]).toBe('1 closed moves')
  await run({ documents: 1_000_000 })
  expect(await states()).toEqual(['1 closed moves', '2 open'])
})

test('a shard that a person closes while the engine is asked stays closed', async () => {
  expect(await run({ documents: 1 }, close)).toBe(1)
  expect(events).toEqual([expect.stringMatching(/^shard.full main 2 /)])
  expect((await states())[0]).toBe('1 closed moves')
  await rows(`UPDATE slip_shard SET state = 'full' WHERE shard = 1`)
  expect(await run({ documents: 1_000_000 }, close)).toBe(1)
  expect(await states()).toEqual(['1 closed moves', '2 open'])
})

test('a shard that gives no answer keeps no other from being full', async () => {
  const index = new pg.Client({
    connectionString: library.config.targets.main?.urls?.[0],
    options: '-c search_path=index_main',
  })
  await index.connect()
  try {
    await index.query('ALTER TABLE page_1 RENAME TO page_away')
    expect(await run({ documents: 1 })).toBe(1)
    expect(await states()).toEqual(['1 open', expect.stringMatching(/^2 full/)])
    expect(failed).toEqual([{ chore: 'full:main', code: 'ENGINE_UNAVAILABLE', place: { target: 'main', shard: 1 } }])
    await index.query('ALTER TABLE page_2 RENAME TO page_gone')
    await expect(run({ documents: 1 })).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
  } finally {
    await index.query('ALTER TABLE IF EXISTS page_away RENAME TO page_1')
    await index.query('ALTER TABLE IF EXISTS page_gone RENAME TO page_2')
    await index.end()
  }
})

test('without a limit no engine is asked, and what was full is open again', async () => {
  expect(await run({})).toBe(0)
  await rows(`UPDATE slip_shard SET state = 'full' WHERE shard = 2`)
  expect(await run({})).toBe(1)
  expect(await states()).toEqual(['1 open', '2 open'])
})

test('slip-index closes a shard that is full: new items go to the other, what it holds is indexed in its place', async () => {
  const file = join(library.folder, 'limited.yaml')
  const limit = (documents: number) => {
    const config = parse(readFileSync(library.configFile, 'utf8'))
    config.targets.main.full = { documents }
    writeFileSync(file, stringify(config))
  }
  const until = async (event: string) => {
    const index = start('index', file)
    expect(await index.event(event)).toMatchObject({ target: 'main', shard: 1 })
    index.kill('SIGTERM')
    await index.exit
    await library.passLease()
  }
  limit(await documents(1))
  await until('shard.full')
  const places = async () =>
    new Map(
      (await rows('SELECT htid, shard FROM slip_indexed WHERE shard > 0')).map(({ htid, shard }) => [htid, shard]),
    )
  const before = await places()
  library.lay('day-2')
  await rows('UPDATE slip_rights SET rev = rev + 1, insert_time = CURRENT_TIMESTAMP(6)')
  for (const stage of ['rights', 'enqueue', 'index'] as const)
    expect(await runOnce(stage, file)).toMatchObject({ code: 0 })
  const after = await places()
  expect([...before].filter(([htid, shard]) => after.get(htid) !== shard)).toEqual([])
  const added = [...after].filter(([htid]) => !before.has(htid))
  expect(added).not.toEqual([])
  expect(added.filter(([, shard]) => shard !== 2)).toEqual([])
  expect(await library.violations()).toEqual([])
  limit(1_000)
  await until('shard.roomy')
})
