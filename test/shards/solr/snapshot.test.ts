import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { SolrOptions } from '../../../src/shards/solr/options.ts'
import { HttpProxy, send } from '../../chaos/http-proxy.ts'
import { document } from '../../conformance/engine/documents.ts'
import { done } from '../../services/solr/admin.ts'
import { type TestSolr, testSolr } from '../../services/solr/own-things.ts'
import { layConfigsetOf, solrEngine } from './solr-engine.ts'

const nothing = () => {}
let solr: TestSolr
let cloud: TestSolr
beforeAll(async () => {
  solr = await testSolr('solr')
  cloud = await testSolr('solrcloud')
  await layConfigsetOf(solr, solr.prefix)
  const engine = solrEngine(solr.url, solr.prefix)
  await engine.create(2).finally(() => engine.close())
}, 240_000)
afterAll(() => Promise.all([solr?.drop(), cloud?.drop()]))

/** Closed after the test. */
function open({ url, prefix }: TestSolr, options: Partial<SolrOptions> = {}) {
  const engine = solrEngine(url, prefix, options)
  onTestFinished(() => engine.close())
  return engine
}
const failed = (words: RegExp, shard?: number) => ({
  code: 'SNAPSHOT_FAILED',
  message: expect.stringMatching(words),
  ...(shard === undefined ? {} : { place: { shard } }),
})

test('a folder that Solr does not let snapshots lie in is told in its words, with the shard', async () => {
  const elsewhere = open(solr, { snapshots: '/somewhere/else' })
  const words = /_1\/replication: answered 400: Path \/somewhere\/else must be relative to SOLR_HOME/
  await expect(elsewhere.snapshot('a', 2, nothing)).rejects.toMatchObject(failed(words, 1))
  await expect(elsewhere.restore('a', 2, nothing)).rejects.toMatchObject(failed(words, 1))
})

test('what went wrong before does not count against the next snapshot, and no shard is set back unless all can be', async () => {
  const engine = open(solr)
  await engine.post(1, [document({ id: 'a.1', fence: 10 })])
  await expect(engine.restore('b', 2, nothing)).rejects.toMatchObject(
    failed(/_1: there is no snapshot \S+_1-b in its data folder/, 1),
  )
  const kept: number[] = []
  await engine.snapshot('b', 1, (shard) => kept.push(shard))
  await engine.post(1, [document({ id: 'a.2', fence: 11 })])
  const setBack: number[] = []
  const none = failed(/_2: there is no snapshot \S+_2-b/, 2)
  await expect(engine.restore('b', 2, (shard) => setBack.push(shard))).rejects.toMatchObject(none)
  expect((await engine.get(1, ['a.1', 'a.2'])).length).toBe(2)
  await engine.restore('b', 1, (shard) => setBack.push(shard))
  expect([kept, setBack]).toEqual([[1], [1]])
  expect((await engine.get(1, ['a.1', 'a.2'])).map(({ id }) => id)).toEqual(['a.1'])
})

test('what was posted and not committed is in a snapshot, and gone with a restore', async () => {
  const engine = open(solr)
  await engine.post(2, [document({ id: 'c.1', fence: 10 })])
  await engine.snapshot('c', 2, nothing)
  await engine.post(2, [document({ id: 'c.2', fence: 10 })])
  await engine.restore('c', 2, nothing)
  expect((await engine.get(2, ['c.1', 'c.2'])).map(({ id }) => id)).toEqual(['c.1'])
  // nor is a lower fence than that of what is gone refused
  expect(await engine.post(2, [document({ id: 'c.2', fence: 9 })])).toEqual([{ kind: 'done' }])
})

test('a SolrCloud that is not told of a folder is missing the key, named; one that is not there is told in its words', async () => {
  await open(cloud).create(1)
  const key = new RegExp(`^targets.${cloud.prefix}.snapshots is missing`)
  for (const verb of ['snapshot', 'restore'] as const)
    await expect(open(cloud)[verb]('d', 1, nothing)).rejects.toMatchObject(failed(key))
  const nowhere = open(cloud, { snapshots: '/somewhere/else' })
  await expect(nowhere.snapshot('d', 1, nothing)).rejects.toMatchObject(failed(/somewhere\/else/))
})

test('of snapshots of a core at the same time each ends, and the one that Solr tells nothing of any more as failed', async () => {
  const proxy = await HttpProxy.before(solr.url)
  onTestFinished(() => proxy.close())
  const core = `${solr.prefix}_1`
  const last = async () => (await done(solr, `GET /${core}/replication?command=details`)).details.backup?.snapshotName
  const isBackup = ({ path }: { path: string }) => path.includes('command=backup&')
  proxy.strike(
    isBackup,
    async ({ pass, response }) => {
      const answered = await pass()
      while ((await last()) !== `${core}-e`);
      await done(solr, `GET /${core}/replication?command=backup&name=another`)
      while ((await last()) !== 'another');
      send(response, answered)
    },
    1,
  )
  const engine = open({ ...solr, url: proxy.url } as TestSolr)
  await expect(engine.snapshot('e', 1, nothing)).rejects.toMatchObject(
    failed(/_1: snapshot another was made at the same time.* whether \S+_1-e is whole is not known/, 1),
  )
  await engine.snapshot('f', 1, nothing)
  const all = await Promise.allSettled(['g', 'h', 'i'].map((name) => engine.snapshot(name, 1, nothing)))
  for (const each of all)
    if (each.status === 'rejected') expect(each.reason).toMatchObject(failed(/was made at the same time/, 1))
})
