import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'
import { commitChore } from '../../../src/daemon/chores/commit.ts'
import { restoreChores } from '../../../src/daemon/chores/restore.ts'
import type { Pair } from '../../../src/daemon/restore/differences.ts'
import { EventBus } from '../../../src/events/bus.ts'
import type { Reach } from '../../../src/shards/engine.ts'
import { document } from '../../conformance/engine/documents.ts'
import { testSolr } from '../../services/solr/own-things.ts'
import { lookOf } from '../../state/do-chore.ts'
import { layConfigsetOf, solrEngine } from './solr-engine.ts'

const solr = await testSolr('solr')
const engine = solrEngine(solr.url, solr.prefix)
beforeAll(async () => {
  await layConfigsetOf(solr, solr.prefix)
  await engine.create(2)
})
afterAll(async () => {
  await engine.close()
  await solr.drop()
})

const run = (shards: number) => lookOf(commitChore({ engine, target: { name: 'main', shards } } as Pair, 60_000))
const counts = () => Promise.all([engine.count(1), engine.count(2)])

test('the chore makes visible what was written to every shard', async () => {
  await engine.post(1, [document({ id: 'visible.1', fence: 10 })])
  await engine.post(2, [document({ id: 'visible.2', fence: 10 })])
  expect(await counts()).toEqual([0, 0])
  await run(2)
  expect(await counts()).toEqual([1, 1])
})

test('a shard that cannot be committed is told, and keeps no other from it', async () => {
  await engine.post(1, [document({ id: 'visible.3', fence: 10 })])
  await expect(run(3)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', place: { shard: 3 } })
  expect(await counts()).toEqual([2, 1])
})

test('a shard whose commit hangs makes that of no other late, and is not asked again before it has ended', async () => {
  const begun: number[] = []
  const hanging = Promise.withResolvers<void>()
  const commits: Promise<void>[] = []
  const commit = (shard: number, reach: Reach) => {
    begun.push(shard)
    const done = shard === 2 ? hanging.promise : engine.commit(shard, reach)
    commits.push(done)
    return done
  }
  const chore = commitChore({ engine: { ...engine, commit }, target: { name: 'main', shards: 2 } } as Pair, 60_000)
  const look = () => lookOf(chore)
  const first = look()
  await commits[0]
  await look()
  await look()
  hanging.resolve()
  await first
  await look()
  expect(begun).toEqual([1, 2, 1, 1, 1, 2])
})

test('SLIP commits where the target says so, and as often as it says', () => {
  const choresOf = (target: string) => {
    const text = `
database: { url: "postgres://127.0.0.1:1/slip" }
repository: { root: tree }
sources: { tree: { kind: repository } }
targets: { main: { ${target} } }
`
    const pair = { engine, target: { name: 'main', shards: 1 } } as Pair
    const chores = restoreChores(pair, parseConfig(text, '/etc/slip/slip.yaml'), new EventBus())
    return Object.fromEntries(chores.map(({ name, periodMs }) => [name.split(':')[0], periodMs / 1_000]))
  }
  const at = 'engine: solr, urls: ["http://solr-1:8983/solr"]'
  const always = { compare: 60, full: 60, marker: 60, purge: 300, scan: 60 }
  expect(choresOf('engine: embedded')).toEqual(always)
  expect(choresOf(at)).toEqual({ ...always, commit: 60 })
  // to compare, the engine commits: no more often than is wanted
  expect(choresOf(`${at}, commit: { visible: 5s, durable: 10m }`)).toMatchObject({
    commit: 5,
    compare: 60,
    marker: 600,
  })
  expect(choresOf(`${at}, commit: { visible: 10m }`)).toMatchObject({ commit: 600, compare: 600 })
  expect(choresOf(`${at}, commit: { by: engine }`)).not.toHaveProperty('commit')
})
