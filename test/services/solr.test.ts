import { fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { identityOf } from '../../src/embedded-postgres/process-identity.ts'
import { ask } from './ask.ts'
import { archivesOf } from './class-archive.ts'
import { dropLeftovers } from './leftovers.ts'
import { hostTag } from './own-names.ts'
import { endAbandoned } from './run-folder.ts'
import { done, type SolrAt } from './solr/admin.ts'
import { privateSolrCloud, type SolrCloud } from './solr/cloud.ts'
import { layConfigset } from './solr/configset.ts'
import { privateSolr, type SolrInstance } from './solr/instance.ts'
import type { SolrNode } from './solr/node.ts'
import { solrThings, type TestSolr, testSolr } from './solr/own-things.ts'

/** Until servers are up, on a machine that does much else. */
const START_MS = 240_000

const schema = (types = '') => `
<schema name="fences" version="1.7">
  <uniqueKey>id</uniqueKey>
  <fieldType name="string" class="solr.StrField" docValues="true"/>
  <fieldType name="plong" class="solr.LongPointField" docValues="true"/>
  ${types}
  <field name="_version_" type="plong" indexed="false" stored="false"/>
  <field name="id" type="string" indexed="true" stored="true" required="true"/>
  <field name="fence" type="plong" indexed="true" stored="true"/>
</schema>`
const icu = `
  <fieldType name="text" class="solr.TextField">
    <analyzer><tokenizer class="solr.ICUTokenizerFactory"/><filter class="solr.ICUFoldingFilterFactory"/></analyzer>
  </fieldType>`
const solrconfig = `
<config>
  <luceneMatchVersion>9.12</luceneMatchVersion>
  <schemaFactory class="ClassicIndexSchemaFactory"/>
  <updateHandler class="solr.DirectUpdateHandler2"><updateLog/></updateHandler>
  <requestHandler name="/select" class="solr.SearchHandler"/>
</config>`

const fences = { 'schema.xml': schema(), 'solrconfig.xml': solrconfig }
const withIcu = { ...fences, 'schema.xml': schema(icu) }

const add = (id: string, fence: number) => ({ add: { doc: { id, fence } } })
const found = async (solr: SolrAt, name: string) =>
  (await done(solr, `GET /${name}/select?q=*:*&fl=id,fence&sort=id+asc`)).response.docs

const createCore = (solr: SolrAt, name: string, configset: string) =>
  done(solr, `GET /admin/cores?action=CREATE&name=${name}&configSet=${configset}`)

const createCollection = (solr: SolrAt, name: string, shape: string) =>
  done(solr, `GET /admin/collections?action=CREATE&name=${name}&collection.configName=${name}&${shape}`)

/** URL of the node that has the leader of each shard. */
async function leadersOf(solr: SolrAt, name: string): Promise<Record<string, string | undefined>> {
  const { cluster } = await done(solr, `GET /admin/collections?action=CLUSTERSTATUS&collection=${name}`)
  const shards: Record<string, { replicas: Record<string, Replica> }> = cluster.collections[name].shards
  return Object.fromEntries(
    Object.entries(shards).map(([shard, { replicas }]) => [
      shard,
      Object.values(replicas).find(({ leader }) => leader === 'true')?.base_url,
    ]),
  )
}

interface Replica {
  readonly base_url: string
  readonly leader?: 'true'
}

/** `npm run services -- up`: its URL, or what it said when it ended without. */
function up(server: string, variables: Record<string, string | undefined>) {
  const main = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, [main, 'up', server], { env: { ...process.env, ...variables } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = Promise.all([text(child.stderr), once(child, 'exit')]).then(([said, [code]]) => ({ said, code }))
  const line = once(createInterface(child.stdout), 'line').then(([url]) => String(url))
  return { child, url: Promise.race([line, ended.then(({ said }) => said)]), ended }
}

describe('solr', () => {
  let solr: TestSolr
  beforeAll(async () => {
    solr = await testSolr('solr')
  }, START_MS)
  afterAll(() => solr?.drop())

  test('a core is created from a configset that is laid into it, a document posted and found', async () => {
    await layConfigset(solr, solr.prefix, fences)
    await createCore(solr, `${solr.prefix}_0`, solr.prefix)
    await done(solr, `POST /${solr.prefix}_0/update?commit=true`, add('a.1', 7))
    expect(await found(solr, `${solr.prefix}_0`)).toEqual([{ id: 'a.1', fence: 7 }])
  })

  test('it analyses with the ICU tokenizer and folding', async () => {
    const name = `${solr.prefix}_icu`
    await layConfigset(solr, name, withIcu)
    await createCore(solr, name, name)
    const value = encodeURIComponent('Éric 東京大学')
    const question = `GET /${name}/analysis/field?analysis.fieldtype=text&analysis.fieldvalue=${value}`
    const { analysis } = await done(solr, question)
    const tokens: { text: string }[] = analysis.field_types.text.index.at(-1)
    expect(tokens.map((token) => token.text)).toEqual(['eric', '東京', '大学'])
  })

  test('a run that starts drops the cores and configsets of killed runs of this host, and no others', async () => {
    const ended = spawnSync('true').pid
    const [dead, kept] = [`test_${hostTag}_${ended}_1_1`, `test_00000000_${ended}_1_1`]
    for (const name of [dead, kept]) {
      await layConfigset(solr, `slip-${name}-0`, fences)
      await createCore(solr, `${name}_0`, `slip-${name}-0`)
    }
    await dropLeftovers('solr', solr.url)
    const left = await solrThings.unused(solr.url)
    await solrThings.drop(solr.url, kept)
    expect(left.filter((name) => name.startsWith(dead))).toEqual([])
    expect(left.filter((name) => name.startsWith(kept)).sort()).toEqual([`${kept}-0`, `${kept}_0`])
  })
})

describe('solrcloud', () => {
  let solr: TestSolr
  beforeAll(async () => {
    solr = await testSolr('solrcloud')
  }, START_MS)
  afterAll(() => solr?.drop())

  test('a collection is created from a configset that is laid into it, and what is dropped leaves nothing', async () => {
    await layConfigset(solr, solr.prefix, fences)
    await createCollection(solr, solr.prefix, 'numShards=1')
    await done(solr, `GET /admin/collections?action=CREATEALIAS&name=${solr.prefix}_a&collections=${solr.prefix}`)
    await done(solr, `POST /${solr.prefix}_a/update?commit=true`, add('a.1', 7))
    expect(await found(solr, solr.prefix)).toEqual([{ id: 'a.1', fence: 7 }])
    const own = async () => (await solrThings.unused(solr.url)).filter((name) => name.startsWith(solr.prefix))
    expect((await own()).sort()).toEqual([solr.prefix, `${solr.prefix}_a`])
    await solr.drop()
    expect(await own()).toEqual([])
  })

  test('named, it is used before every other and not ended; where none is wanted it is refused', async () => {
    const { host } = new URL(solr.url)
    const named = up('solrcloud', { SLIP_TEST_SOLRCLOUD_URL: solr.url })
    expect(await named.url).toBe(solr.url)
    named.child.kill('SIGINT')
    expect((await named.ended).said).toContain(`at ${host}, named by SLIP_TEST_SOLRCLOUD_URL`)
    expect(await up('solr', { SLIP_TEST_SOLR_URL: solr.url }).ended).toEqual({
      said: expect.stringMatching(`SLIP_TEST_SOLR_URL at ${host} is of no use: it is SolrCloud 9\\S+, not Solr 9`),
      code: 1,
    })
    await done(solr, 'GET /admin/info/system')
  })
})

describe('a Solr of a test file alone', () => {
  const user = { name: 'slip', password: 'p/ß' }
  let solr: SolrInstance
  beforeAll(async () => {
    solr = await privateSolr({ heapMb: 256, icu: false, tls: true, user })
  }, START_MS)
  afterAll(() => solr?.close())

  test('it speaks https with a certificate of its own, and answers its user only', async () => {
    expect((await ask(solr.url, 'GET /admin/info/system', undefined, solr.ca)).status).toBe(200)
    await expect(ask(solr.url, 'GET /admin/info/system')).rejects.toThrow('DEPTH_ZERO_SELF_SIGNED_CERT')
    for (const [name, password] of [
      ['', ''],
      ['slip', 'other'],
    ] as const) {
      const url = Object.assign(new URL(solr.url), { username: name, password })
      expect((await ask(url.href, 'GET /admin/info/system', undefined, solr.ca)).status).toBe(401)
    }
  })

  test('without the module analysis-extras it refuses a schema with ICU', async () => {
    await layConfigset(solr, 'icu', withIcu)
    await expect(createCore(solr, 'icu', 'icu')).rejects.toThrow('ICUTokenizer')
  })

  test(
    'killed and started again, it has what it acknowledged, at the same URL',
    async () => {
      await layConfigset(solr, 'fences', fences)
      await createCore(solr, 'fences', 'fences')
      await done(solr, 'POST /fences/update', add('a.1', 7))
      await solr.kill()
      await expect(done(solr, 'GET /fences/get?id=a.1')).rejects.toThrow('ECONNREFUSED')
      await solr.restart()
      expect((await done(solr, 'GET /fences/get?id=a.1&fl=fence')).doc).toEqual({ fence: 7 })
    },
    START_MS,
  )
  test(
    'kill -9 of the process that started it leaves no server',
    async () => {
      const owner = fork(join(import.meta.dirname, 'solr/owner-process.ts'))
      onTestFinished(() => endAbandoned('solr', 'java'))
      const [pid] = (await Promise.race([once(owner, 'message'), once(owner, 'exit')])) as [number]
      expect(identityOf(pid)).not.toBeNull()
      owner.kill('SIGKILL')
      await expect.poll(() => identityOf(pid), { timeout: 30_000 }).toBeNull()
    },
    START_MS,
  )

  test(
    'npm run services -- up solr prints its URL; SIGINT ends it and removes what it laid down',
    async () => {
      const { child, url, ended } = up('solr', { SLIP_TEST_SOLR_URL: undefined })
      const { mode } = await done({ url: await url }, 'GET /admin/info/system')
      child.kill('SIGINT')
      const { said, code } = await ended
      expect({ mode, code }).toEqual({ mode: 'std', code: 0 })
      await expect(done({ url: await url }, 'GET /admin/info/system')).rejects.toThrow('ECONNREFUSED')
      const folder = /data in (\S+)/.exec(said)?.[1]
      expect(folder === undefined || !existsSync(folder)).toBe(true)
    },
    START_MS,
  )
})

describe('a SolrCloud of a test file alone', () => {
  let cloud: SolrCloud
  beforeAll(async () => {
    cloud = await privateSolrCloud({ nodes: 2, heapMb: 256, sessionMs: 3_000 })
  }, START_MS)
  afterAll(() => cloud?.close())

  test('its nodes find their classes as a start before them left them', () => {
    for (const { java, rehearsed } of cloud.nodes.map(({ pid }) => archivesOf(pid))) expect(rehearsed).toBe(java)
  })

  test('any of its nodes may be killed: another becomes the leader, and takes documents', async () => {
    const [one, two] = cloud.nodes as [SolrNode, SolrNode]
    await layConfigset(one, 'fences', fences)
    await createCollection(one, 'fences', 'numShards=2&replicationFactor=2')
    const leaders = await leadersOf(one, 'fences')
    expect(Object.keys(leaders)).toEqual(['shard1', 'shard2'])
    const [killed, left] = leaders.shard1 === one.url ? [one, two] : [two, one]
    await killed.kill()
    await expect
      .poll(() => leadersOf(left, 'fences'), { timeout: 60_000 })
      .toEqual({ shard1: left.url, shard2: left.url })
    for (let at = 0; at < 8; at++) await done(left, 'POST /fences/update', add(`a.${at}`, 7))
  }, 90_000)
})
