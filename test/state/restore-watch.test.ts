import { afterAll, beforeAll, expect, test } from 'vitest'
import { RestoreWatch } from '../../src/daemon/restore/watch.ts'
import { SlipError } from '../../src/errors/slip-error.ts'
import type { Engine } from '../../src/shards/engine.ts'
import { mayBeAnother, serverIdentity } from '../../src/state/restore/server-identity.ts'
import { document } from '../conformance/engine/documents.ts'
import { World } from './restore-world/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
afterAll(() => world.close())

const rows = (sql: string) => world.db.query(sql)

test('a process that runs compares anew before its next claim when the tables were loaded anew', async () => {
  await world.indexed(['a.1', 'a.2'])
  const indexer = await world.worker()
  await indexer.run()
  await world.engine.post(1, [document({ id: 'unknown.1', fence: Date.now() * 1000 + 3_600_000_000 })])
  await indexer.run()
  expect(await world.shardStates()).toEqual(['open', 'open'])
  await loadedAnew('slip_indexed')
  await indexer.run()
  expect(await world.shardStates()).toEqual(['ahead', 'open'])
})

test('a shard that does not answer is not claimed for until it was compared, and nothing new is drawn; the other goes on', async () => {
  await world.clear()
  await world.indexed(['b.1', 'b.2'])
  const isAway = { 2: true } as Record<number, boolean>
  const answering = async (shard: number) => {
    if (isAway[shard]) throw new SlipError('ENGINE_UNAVAILABLE', `shard ${shard} is away`)
  }
  const engine: Engine = {
    ...world.engine,
    marker: (shard) => answering(shard).then(() => world.engine.marker(shard)),
    highestFence: (shard) => answering(shard).then(() => world.engine.highestFence(shard)),
  }
  const watch = new RestoreWatch({ ...world.pair, engine }, world.bus, null)
  const indexer = await world.worker()
  await world.engine.post(2, [document({ id: 'unknown.2', fence: Date.now() * 1000 + 3_600_000_000 })])

  const first = await watch.beforeClaim()
  expect([[...first.uncompared], [...first.away.keys()]]).toEqual([[2], [2]])
  world.say(['b.1', 'b.2', 'b.new'], { title: 2 })
  await world.readSources()
  await world.sweep()
  const claimed: string[] = []
  for (let claim = await indexer.claim(first.uncompared); claim !== null; claim = await indexer.claim(first.uncompared))
    claimed.push(...claim.items.map(({ htid }) => htid))
  expect(claimed).toEqual(['b.1'])

  isAway[2] = false
  const leftAlone = await watch.beforeClaim(() => false)
  expect([[...leftAlone.uncompared], leftAlone.away.size]).toEqual([[2], 0])
  expect([...(await watch.beforeClaim()).uncompared]).toEqual([])
  expect(await world.shardStates()).toEqual(['open', 'ahead'])
})

test('a shard that keeps its answer holds up no other, and is compared when it comes', async () => {
  await world.clear()
  let answer = () => {}
  const held = new Promise<void>((resolve) => {
    answer = resolve
  })
  // what is asked first
  const highestFence: Engine['highestFence'] = async (shard) => {
    if (shard === 2) await held
    return world.engine.highestFence(shard)
  }
  const watch = new RestoreWatch({ ...world.pair, engine: { ...world.engine, highestFence } }, world.bus)
  let seen = await watch.beforeClaim()
  while (seen.uncompared.has(1)) seen = await watch.beforeClaim()
  expect([[...seen.uncompared], seen.away.size]).toEqual([[2], 0])
  await world.engine.post(2, [document({ id: 'unknown.2', fence: Date.now() * 1000 + 3_600_000_000 })])
  answer()
  while (seen.uncompared.size > 0) seen = await watch.beforeClaim()
  expect(await world.shardStates()).toEqual(['open', 'ahead'])
})

/** As a dump is loaded. MariaDB tells of a table only the second it was made in: a new one must have begun. */
async function loadedAnew(table: string) {
  if (world.db.dialect === 'postgres') {
    await rows(`CREATE TABLE a_copy AS SELECT * FROM ${table}; TRUNCATE TABLE ${table}`)
    await rows(`INSERT INTO ${table} SELECT * FROM a_copy`)
    return
  }
  const isOlder = `
    SELECT 1 FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name = '${table}' AND create_time < SYSDATE(0)`
  while ((await rows(isOlder)).length === 0);
  await rows(`CREATE TABLE made_anew LIKE ${table}`)
  await rows(`INSERT INTO made_anew SELECT * FROM ${table}`)
  await rows(`DROP TABLE ${table}`)
  await rows(`RENAME TABLE made_anew TO ${table}`)
}

test.each([
  ['nothing was seen yet', null, { text: 'a', startedAt: null }, true],
  ['the same', { text: 'a', startedAt: 1_000 }, { text: 'a', startedAt: 1_000 }, false],
  ['the same, its seconds rounded otherwise', { text: 'a', startedAt: 1_000 }, { text: 'a', startedAt: 999 }, false],
  ['another server, or tables made anew', { text: 'a', startedAt: null }, { text: 'b', startedAt: null }, true],
  ['a server that was started again', { text: 'a', startedAt: 1_000 }, { text: 'a', startedAt: 1_003 }, true],
])('of %s it is known whether another state may be answering', (_, before, now, another) => {
  expect(mayBeAnother(before, now)).toBe(another)
})

test('a server that runs on is the same each time it is asked', async () => {
  const before = await serverIdentity(world.db)
  expect(mayBeAnother(before, await serverIdentity(world.db))).toBe(false)
})
