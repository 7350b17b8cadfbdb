import { expect, test } from 'vitest'
import { scanChore } from '../../src/daemon/chores/scan.ts'
import { comparePage } from '../../src/daemon/restore/differences.ts'
import { SlipError } from '../../src/errors/slip-error.ts'
import { mostScanned } from '../../src/shards/engine.ts'
import { readWatermark } from '../../src/state/control/watermark.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { purgeItems } from '../../src/state/queue/purge.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { document } from '../conformance/engine/documents.ts'
import { digestOf } from './fixture.ts'
import { openWorldForFile, rows, world } from './restore-world/opened.ts'

const week = 7 * 86_400_000

openWorldForFile()

const some = (name: string) => Array.from({ length: 30 }, (_, n) => `${name}.${String(n).padStart(2, '0')}`)
const shardOf = async (htid: string) =>
  (await rows(`SELECT shard FROM slip_indexed WHERE htid = '${htid}'`))[0]?.shard as number
const fenceOf = async (htid: string) =>
  (await rows(`SELECT fence FROM slip_indexed WHERE htid = '${htid}'`))[0]?.fence as number

/** A whole round of the scan; returns how many pages it took. */
async function scan(period = week): Promise<number> {
  const chore = scanChore(world.pair, { period }, world.bus)
  for (let pages = 1; ; pages++) {
    await world.do(chore)
    if ((await readWatermark(world.db, 'scan', 'main')) === '') return pages
  }
}

test('a round over engine and ledger that agree changes nothing, and ends', async () => {
  await world.indexed(some('a'))
  const ledger = await rows('SELECT * FROM slip_indexed ORDER BY htid')
  expect(await scan()).toBeGreaterThan(1)
  expect(await rows('SELECT * FROM slip_indexed ORDER BY htid')).toEqual(ledger)
  expect(world.events).toEqual([])
})

test('what the engine lost is indexed again', async () => {
  await world.indexed(some('a'))
  await world.tables.empty(1)
  await scan()
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('what a person purged or skipped once, and was indexed since, is indexed again as well', async () => {
  await world.indexed(some('a'))
  await world.db.transaction(async (tx) => {
    await requestItems(tx, 'main', ['a.00', 'a.01'], { lane: 'ops', reason: 'test' })
    await purgeItems(tx, 'main', ['a.00', 'a.01'], { person: 'ann@host', reason: 'no need' })
  })
  await rows(`UPDATE slip_errors SET resolution = 'skipped' WHERE htid = 'a.01'`)
  world.say(['a.02'], { title: 2 })
  await world.readSources()
  await world.sweep()
  await world.db.transaction((tx) => purgeItems(tx, 'main', ['a.02'], { person: 'ann@host', reason: 'never' }))
  await world.tables.empty(1)
  await world.tables.empty(2)
  await scan()
  await world.run()
  // purged for good, for the ledger never had that rev
  expect(await world.violations()).toEqual(['a.02 is not what the sources say'])
})

test('another text than the ledger says is replaced', async () => {
  await world.indexed(some('a'))
  const other = { ...document({ id: 'a.03', fence: await fenceOf('a.03') }), digest: digestOf(9) }
  await world.engine.post(await shardOf('a.03'), [other])
  await scan()
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('a process that slept longer than tombstones live raises nobody from the dead for long', async () => {
  await world.indexed(some('a'))
  world.say(['a.05'], { title: 2 })
  await world.readSources()
  await world.sweep()
  const sleeper = await world.worker()
  const claim = await sleeper.claim()
  const parcel = await sleeper.read(claim!)
  await rows(`UPDATE slip_claim SET lease_until = lease_until - INTERVAL '7200' SECOND`)
  await world.db.transaction((tx) => reap(tx, 10))
  world.say(['a.05'], { attr: 8 })
  await world.run()
  await world.tables.purgeTombstones()
  for (const { item, document: late } of parcel.documents) await world.engine.post(item.shard, [late])
  expect(await world.violations()).not.toEqual([])
  await scan()
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('a document in another shard than the ledger’s is removed there, and nothing newer than what was seen', async () => {
  await world.indexed(some('a'))
  const shard = await shardOf('a.07')
  const stray = 3 - shard
  const fence = (await fenceOf('a.07')) + 1_000
  await world.engine.post(stray, [document({ id: 'a.07', fence })])
  await scan()
  expect(await world.engine.get(stray, ['a.07'])).toEqual([])
  expect(await world.engine.post(stray, [document({ id: 'a.07', fence: fence - 1 })])).toEqual([
    { kind: 'stale', fence },
  ])
  expect(await world.violations()).toEqual([])
})

test('what is queued is left to its claim', async () => {
  await world.indexed(some('a'))
  await world.tables.empty(1)
  await world.tables.empty(2)
  world.say(some('a'), { title: 2 })
  await world.readSources()
  await world.sweep()
  const ledger = await rows('SELECT * FROM slip_indexed ORDER BY htid')
  await scan()
  expect(await rows('SELECT * FROM slip_indexed ORDER BY htid')).toEqual(ledger)
})

test('a document without rights is told, and kept', async () => {
  await world.indexed(some('a'))
  await world.engine.post(1, [document({ id: 'b.1', fence: 10 })])
  await scan()
  expect(world.events).toEqual([
    { name: 'shard.scanned', fields: { target: 'main', corrected: 1, strays: 0, withoutRights: 1, first: 'b.1' } },
  ])
  expect(await world.engine.get(1, ['b.1'])).toHaveLength(1)
})

test('a shard that is ahead is left to a person', async () => {
  await world.indexed(some('a'))
  await world.tables.empty(1)
  await rows(`UPDATE slip_shard SET state_before = 'open', state = 'ahead' WHERE shard = 2`)
  expect(await world.do(scanChore(world.pair, { period: week }, world.bus))).toBe(0)
  expect(await readWatermark(world.db, 'scan', 'main')).toBeNull()
})

test('of a target one of whose shards is away the others are compared, and of that one nothing is believed', async () => {
  await world.indexed(some('a'))
  const [lost, kept] = await Promise.all(
    [1, 2].map(async (shard) => {
      const [row] = await rows(`SELECT htid FROM slip_indexed WHERE shard = ${shard} ORDER BY htid`)
      return row?.htid as string
    }),
  )
  // one of either shard is lost, and of the one whose shard is away a copy lies in the other, as does what nobody knows
  const before = await rows(`SELECT * FROM slip_indexed WHERE shard = 1 ORDER BY htid`)
  for (const shard of [1, 2]) await world.tables.empty(shard)
  await world.engine.post(2, [document({ id: lost!, fence: 1 }), document({ id: 'b.1', fence: 1 })])
  const away = new SlipError('ENGINE_UNAVAILABLE', 'shard 1 is away')
  const unless1 =
    <A extends unknown[], T>(ask: (shard: number, ...rest: A) => Promise<T>) =>
    (shard: number, ...rest: A): Promise<T> =>
      shard === 1 ? Promise.reject(away) : ask(shard, ...rest)
  const { scan: reads, get, count } = world.engine
  const engine = { ...world.engine, scan: unless1(reads), get: unless1(get), count: unless1(count) }
  const chore = scanChore({ ...world.pair, engine }, { period: week }, world.bus)
  do await world.do(chore)
  while ((await readWatermark(world.db, 'scan', 'main')) !== '')
  expect(await rows(`SELECT * FROM slip_indexed WHERE shard = 1 ORDER BY htid`)).toEqual(before)
  expect(await rows(`SELECT rev FROM slip_indexed WHERE htid = '${kept}'`)).toEqual([{ rev: 0 }])
  expect(await rows(`SELECT htid FROM slip_indexed WHERE htid = 'b.1'`)).toEqual([])
  expect(world.events).toContainEqual({
    name: 'chore.failed',
    fields: {
      chore: 'scan:main',
      code: 'ENGINE_UNAVAILABLE',
      message: 'shard 1 is away',
      place: { target: 'main', shard: 1 },
    },
  })
  // when it is back all is seen
  await scan()
  await world.run()
  expect(await shardOf(lost!)).toBe(2)
  expect(await rows(`SELECT htid FROM slip_indexed WHERE htid = 'b.1'`)).toHaveLength(1)
})

test('where no shard answers the scan stays where it is', async () => {
  await world.indexed(some('a'))
  const away = () => Promise.reject(new SlipError('ENGINE_UNAVAILABLE', 'all are away'))
  const engine = { ...world.engine, scan: away, count: away }
  const chore = scanChore({ ...world.pair, engine }, { period: week }, world.bus)
  await expect(world.do(chore)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
  expect(await readWatermark(world.db, 'scan', 'main')).toBeNull()
})

test('the shorter the period the larger the pages: all are compared within it', async () => {
  await world.indexed(some('a'))
  expect(await scan(60_000)).toBe(2)
  expect(await scan(2 * 60_000)).toBe(3)
})

test('a page of one shard as large as an answer can be is followed by the rest', async () => {
  await world.tables.fill(1, mostScanned + 1)
  const pair = { ...world.pair, target: { name: 'main', shards: 1 } }
  const { last } = await comparePage(pair, '', mostScanned)
  expect(last).toBe('many.010000')
  expect(await comparePage(pair, 'many.010000', mostScanned)).toMatchObject({ suspects: ['many.010001'], last: null })
})
