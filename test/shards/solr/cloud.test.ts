import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { compareShards } from '../../../src/daemon/restore/compare-shards.ts'
import { HttpNodes } from '../../../src/shards/http/nodes.ts'
import { solrConfigset } from '../../../src/shards/schema/solr-configset.ts'
import { SolrRefusal } from '../../../src/shards/solr/answers.ts'
import { Doubts } from '../../../src/shards/solr/doubts.ts'
import type { SolrOptions } from '../../../src/shards/solr/options.ts'
import { setAdopted } from '../../../src/state/restore/shard-state.ts'
import { page, reworded } from '../../chaos/http-faults.ts'
import { type HttpMeddling, HttpProxy, type Matches, send } from '../../chaos/http-proxy.ts'
import { document } from '../../conformance/engine/documents.ts'
import { done } from '../../services/solr/admin.ts'
import { privateSolrCloud, type SolrCloud } from '../../services/solr/cloud.ts'
import type { SolrNode } from '../../services/solr/node.ts'
import { openState } from '../../state/fixture.ts'
import { configsetOf, solrEngine } from './solr-engine.ts'

const target = 'cloud'
const limits = { connections: 2, compress: false, connectMs: 10_000, headersMs: 60_000, bodyMs: 60_000 }
let cloud: SolrCloud
let one: SolrNode
let two: SolrNode
beforeAll(async () => {
  cloud = await privateSolrCloud({ nodes: 2, heapMb: 256, sessionMs: 2_000 })
  ;[one, two] = cloud.nodes as [SolrNode, SolrNode]
}, 240_000)
afterAll(() => cloud?.close())

/** Knows only the first node, unless it is told otherwise; closed after the test. */
function open(options: Partial<SolrOptions> = {}) {
  const engine = solrEngine(one.url, target, { urls: [one.url, two.url], shards: 1, replicas: 2, ...options })
  onTestFinished(() => engine.close())
  return engine
}
type State = Record<string, { base_url: string; state: string; leader?: string; core: string; node_name: string }>

/** Replicas of shard 1 by the URL of their node, as a node tells them. */
async function replicas(asked: SolrNode): Promise<State> {
  const { cluster } = await done(asked, `GET /admin/collections?action=CLUSTERSTATUS&collection=${target}`)
  const all = Object.values(cluster.collections[target].shards.shard1.replicas as State)
  return Object.fromEntries(all.map((each) => [each.base_url, each]))
}

/** Resolves when the cluster is so. */
async function until(asked: SolrNode, isSo: (state: State) => boolean): Promise<void> {
  for (;;) if (isSo(await replicas(asked))) return
}
const isLeader = (state: State, node: SolrNode) =>
  state[node.url]?.leader === 'true' && state[node.url]?.state === 'active'
const areUp = (state: State) => [one, two].every(({ url }) => state[url]?.state === 'active')

test('a document is on every replica when it is reported done, and is read from the leader on whatever node it is', async () => {
  const engine = open({ minReplicas: 2 })
  await engine.create(1)
  expect(await engine.post(1, [document({ id: 'a.1', fence: 10 })])).toEqual([{ kind: 'done' }])
  for (const { base_url, core } of Object.values(await replicas(one))) {
    const { doc } = await done({ url: base_url }, `GET /${core}/get?id=a.1&fl=fence&distrib=false`)
    expect(doc).toEqual({ fence: 10 })
  }
  // asked by the node that has not the leader alone
  const leader = isLeader(await replicas(one), one) ? one : two
  const other = leader === one ? two : one
  const away = open({ urls: [other.url] })
  expect((await away.get(1, ['a.1'])).length).toBe(1)
  expect(await away.mark(1, null, 5)).toBe(true)
})

/** An engine that is told once that the other replica leads, as one that has not heard of an election; closed after the test. */
async function openMistaken() {
  const proxies = await HttpProxy.beforeAll([one.url, two.url])
  const urls = proxies.map(({ url }) => url)
  const engine = open({ urls })
  onTestFinished(async () => {
    for (const proxy of proxies) await proxy.close()
  })
  for (const proxy of proxies) proxy.strike(({ path }) => path.includes('CLUSTERSTATUS'), swapped, 1)
  await engine.count(1)
  for (const proxy of proxies) proxy.heal()
  return { engine, proxies }
}

const swapped: HttpMeddling = async ({ pass, response }) => {
  const answered = await pass()
  const content = JSON.parse(answered.body.toString())
  for (const replica of Object.values(content.cluster.collections[target].shards.shard1.replicas as State))
    if (replica.leader === 'true') delete replica.leader
    else replica.leader = 'true'
  send(response, { ...answered, body: Buffer.from(JSON.stringify(content)) })
}

test('a commit, and that of a marker, reaches the core that leads, though another was taken for it', async () => {
  const [leader] = isLeader(await replicas(one), one) ? [one] : [two]
  const core = (await replicas(one))[leader.url]?.core
  const generation = async () =>
    (await done(leader, `GET /${core}/replication?command=indexversion`)).generation as number
  const shown = async () => (await done(leader, `GET /${core}/slip?q=id:l.1&distrib=false`)).response.numFound as number
  const post = async (fence: number) =>
    expect(await open().post(1, [document({ id: 'l.1', fence })])).toEqual([{ kind: 'done' }])

  await post(5)
  expect(await shown()).toBe(0)
  await (await openMistaken()).engine.commit(1, 'visible')
  expect(await shown()).toBe(1)
  for (const work of ['commit', 'mark'] as const) {
    await post(work === 'commit' ? 6 : 7)
    const before = await generation()
    const { engine } = await openMistaken()
    if (work === 'commit') await engine.commit(1, 'durable')
    else expect(await engine.mark(1, await open().marker(1), 5)).toBe(true)
    expect(await generation()).toBeGreaterThan(before)
  }
})

test('a removal is not done while a replica still has the document, be it of the same fence', async () => {
  const proxies = await HttpProxy.beforeAll([one.url, two.url])
  onTestFinished(async () => {
    for (const proxy of proxies) await proxy.close()
  })
  const engine = open({ urls: proxies.map(({ url }) => url), minReplicas: 2 })
  expect(await engine.post(1, [document({ id: 'r.1', fence: 8 })])).toEqual([{ kind: 'done' }])
  const follower = proxies[isLeader(await replicas(one), one) ? 1 : 0] as HttpProxy
  follower.strike(({ path }) => path.includes('/get'), reworded(/"tombstone":\s*true/, '"tombstone":false'))
  const removed = () => engine.remove(1, [{ id: 'r.1', fence: 8, rev: 1 }])
  expect(await removed()).toEqual([
    { kind: 'unavailable', message: expect.stringMatching(/^target cloud, shard 1, .*1 of 2 replicas have taken it$/) },
  ])
  follower.heal()
  expect(await removed()).toEqual([{ kind: 'done' }])
})

test('a shard is not behind for the old marker of a core that leads no more', async () => {
  const state = await openState()
  onTestFinished(() => state.close())
  await state.db.transaction((tx) => setAdopted(tx, 'main', 1, { fence: 100, marker: 5 }))
  const { engine, proxies } = await openMistaken()
  const isLed = isLeader(await replicas(one), one)
  const follower = proxies[isLed ? 1 : 0] as HttpProxy
  follower.strike(({ path }) => path.includes('/get'), older)
  expect(await engine.marker(1)).toBe(4)
  const pair = { db: state.db, engine, target: { name: 'main', shards: 1 } }
  expect((await compareShards(pair, (shard) => shard === 1)).findings).toEqual([])
  expect(await engine.marker(1)).toBe(5)
})

const older: HttpMeddling = async ({ pass, response }) => {
  const answered = await pass()
  send(response, { ...answered, body: Buffer.from(answered.body.toString().replace('"marker":5', '"marker":4')) })
}

test('the size of a shard is what those of its replicas tell that may be asked and answer', async () => {
  const proxies = (await HttpProxy.beforeAll([one.url, two.url])) as [HttpProxy, HttpProxy]
  const engine = open({ urls: proxies.map(({ url }) => url) })
  onTestFinished(async () => {
    for (const proxy of proxies) await proxy.close()
  })
  const [leader, follower] = isLeader(await replicas(one), one) ? proxies : proxies.toReversed()
  const isMetrics: Matches = ({ path }) => path.includes('/admin/metrics')
  const away = follower?.strike(isMetrics, page(500))
  expect(await engine.size(1)).toMatchObject({ bytes: expect.any(Number), diskFree: expect.any(Number) })
  expect(away?.count).toBe(1)
  away?.end()
  leader?.strike(isMetrics, page(403))
  expect(await engine.size(1)).toMatchObject({ bytes: null, diskFree: expect.any(Number) })
  follower?.strike(isMetrics, page(403))
  expect(await engine.size(1)).toMatchObject({ bytes: null, diskFree: null })
})

test('a core that failed at a write is committed itself, whether it leads or not', async () => {
  await open().post(1, [document({ id: 'l.2', fence: 5 })])
  const nodes = new HttpNodes([one.url, two.url], limits)
  onTestFinished(() => nodes.close())
  for (const { base_url, core: name } of Object.values(await replicas(one))) {
    const node = nodes.at(base_url)
    const generation = async () =>
      (await done({ url: base_url }, `GET /${name}/replication?command=indexversion`)).generation as number
    const before = await generation()
    const doubts = new Doubts()
    const answer = { status: 500, type: '', retryAfter: null, body: Buffer.alloc(0), url: base_url }
    doubts.raise({ node, name }, new SolrRefusal(answer, 'broke'))
    await doubts.settle({ node, name })
    expect([base_url, await generation()]).not.toEqual([base_url, before])
    // what one commits its replicas commit, too: the next has something of its own
    await open().post(1, [document({ id: 'l.2', fence: 6 })])
  }
})

test('a replica that has another schema loaded than its leader is named, with its core', async () => {
  const engine = open()
  expect((await engine.checkSchema(1)).differences).toEqual([])
  const [leader, other] = isLeader(await replicas(one), one) ? [one, two] : [two, one]
  const core = (await replicas(one))[other.url]?.core
  const file = solrConfigset(target)['schema.xml'] as string
  /** Its file is changed for all, and loaded by one. */
  const load = async (text: string) => {
    const upload = `action=UPLOAD&name=${configsetOf(target)}&filePath=schema.xml&overwrite=true`
    await done(leader, `POST /admin/configs?${upload}`, Buffer.from(text))
    await done(other, `GET /admin/cores?action=RELOAD&core=${core}`)
  }
  await load(file.replace(/ *<field name="job_id" [^\n]*\n/, ''))
  const { place, differences } = await engine.checkSchema(1)
  expect(place).toContain(`${leader.url}/`)
  expect(differences).toEqual([
    expect.objectContaining({ what: `replica ${other.url}/${core}: field job_id`, is: null, needs: 'rebuild' }),
  ])
  await load(file)
  expect((await engine.checkSchema(1)).differences).toEqual([])
})

test('what is made visible is found by a replica that copies the index of its leader, as well', async () => {
  const copied = 'copied'
  const engine = solrEngine(one.url, copied, { shards: 1 })
  onTestFinished(() => engine.close())
  await engine.create(1)
  const added = `action=ADDREPLICA&collection=${copied}&shard=shard1&type=PULL&waitForFinalState=true`
  await done(one, `GET /admin/collections?${added}`)
  const { cluster } = await done(one, `GET /admin/collections?action=CLUSTERSTATUS&collection=${copied}`)
  const all = Object.values<{ type: string; base_url: string; core: string }>(
    cluster.collections[copied].shards.shard1.replicas,
  )
  const copy = all.find(({ type }) => type === 'PULL')
  expect(await engine.post(1, [document({ id: 'p.1', fence: 10 })])).toEqual([{ kind: 'done' }])
  await engine.commit(1, 'visible')
  const found = async () =>
    (await done({ url: copy!.base_url }, `GET /${copy!.core}/select?q=id:p.1&distrib=false`)).response.numFound
  // it looks for what its leader has anew every three seconds
  while ((await found()) === 0);
  expect(await found()).toBe(1)
})

test('when the node of the leader dies another leads, with all that was done and what was removed', async () => {
  const engine = open()
  await engine.post(1, [document({ id: 'b.1', fence: 10 }), document({ id: 'b.2', fence: 10 })])
  await engine.remove(1, [{ id: 'b.2', fence: 12, rev: 2 }])
  await engine.commit(1, 'visible')
  const [leader, other] = isLeader(await replicas(one), one) ? [one, two] : [two, one]
  await leader.kill()
  expect(await engine.post(1, [document({ id: 'b.3', fence: 10 })])).toMatchObject([{ kind: 'unavailable' }])
  await until(other, (state) => isLeader(state, other))
  expect(await engine.post(1, [document({ id: 'b.3', fence: 10 })])).toEqual([{ kind: 'done' }])
  expect((await engine.get(1, ['b.1', 'b.2', 'b.3'])).map(({ id }) => id).sort()).toEqual(['b.1', 'b.3'])
  expect(await engine.post(1, [document({ id: 'b.2', fence: 11 })])).toEqual([{ kind: 'stale', fence: 12 }])
  expect(await engine.marker(1)).toBe(5)
  expect((await engine.highestFence(1))?.id).toBe('b.2')
  await engine.health()

  // nothing is done that fewer replicas have than are asked for, neither now nor when it is sent again
  const strict = open({ minReplicas: 2 })
  for (const [id, times] of [
    ['b.4', 2],
    ['b.3', 1],
  ] as const)
    for (let time = 1; time <= times; time++)
      expect(await strict.post(1, [document({ id, fence: 10 })])).toEqual([
        { kind: 'unavailable', message: `target cloud, shard 1, ${other.url}: 1 of 2 replicas have taken it` },
      ])

  await leader.restart()
  await until(other, areUp)
  expect(await strict.post(1, [document({ id: 'b.4', fence: 10 })])).toEqual([{ kind: 'done' }])
  expect(await strict.remove(1, [{ id: 'b.3', fence: 11, rev: 1 }])).toEqual([{ kind: 'done' }])
}, 120_000)
