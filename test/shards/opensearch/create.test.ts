import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Engine } from '../../../src/shards/engine.ts'
import { schemaDescription, schemaDigest } from '../../../src/shards/schema/description.ts'
import { document } from '../../conformance/engine/documents.ts'
import { slipctl } from '../../ctl/slipctl.ts'
import { ask } from '../../services/ask.ts'
import { type TestIndices, testIndices } from '../../services/opensearch/indices.ts'
import { releases, searchServers } from '../../services/opensearch/releases.ts'
import { openSearch } from './open.ts'

const digest = schemaDigest(schemaDescription)

describe.each(searchServers)('%s', (server) => {
  let indices: TestIndices
  let index: string
  let engine: Engine
  let turn = 0
  beforeAll(async () => {
    indices = await testIndices(server)
  }, 240_000)
  afterAll(() => indices?.drop())
  beforeEach(() => {
    index = `${indices.prefix}_${turn++}x`
    engine = openSearch(server, { urls: [indices.url], index })
  })
  afterEach(() => engine?.close())

  const aliases = async () => {
    const { json } = await ask(indices.url, `GET /${index}*/_alias`)
    return Object.fromEntries(
      Object.entries<{ aliases: object }>(json).map(([name, { aliases }]) => [name, Object.keys(aliases).sort()]),
    )
  }
  const bothAliases = () => ({
    [`${index}_1_${digest}`]: [index, `${index}_1`],
    [`${index}_2_${digest}`]: [index, `${index}_2`],
  })
  const unfit = (words: RegExp) =>
    expect.objectContaining({ code: 'ENGINE_INDEX_UNFIT', message: expect.stringMatching(words) })

  test('each shard is an index named for its schema, with the alias it is written by and the one searchers ask', async () => {
    await engine.create(2)
    expect(await aliases()).toEqual(bothAliases())
  })

  test('a template of the cluster decides neither when a document is safe nor what is indexed', async () => {
    // documents that are sent through a pipeline that is not there are refused
    const foreign = { 'translog.durability': 'async', default_pipeline: 'absent', final_pipeline: 'absent' }
    const template = { index_patterns: [`${index}*`], priority: 1_000, template: { settings: { index: foreign } } }
    onTestFinished(async () => {
      await ask(indices.url, `DELETE /_index_template/${index}`)
    })
    const { status, json } = await ask(indices.url, `PUT /_index_template/${index}`, template)
    expect([status, json.error]).toEqual([200, undefined])
    await engine.create(1)
    expect(await engine.post(1, [document({ id: 'a.1', fence: 10 })])).toEqual([{ kind: 'done' }])
    expect((await engine.checkSchema(1)).differences).toEqual([])
    const { json: told } = await ask(indices.url, `GET /${index}_1/_settings?flat_settings=true`)
    expect(told[`${index}_1_${digest}`].settings).toMatchObject({ 'index.translog.durability': 'request' })
  })

  test('a server of the other kind is told, with its version', async () => {
    const [own, other] = releases[server].product === 'OpenSearch' ? ['open', 'elastic'] : ['elastic', 'open']
    const wrong = openSearch(server, { urls: [indices.url], index, kind: `${other}search` as 'opensearch' })
    const found = new RegExp(`engine is ${other}search, and the server at ${indices.url} is ${own}search \\d+\\.`)
    try {
      for (const ask of [() => wrong.create(1), () => wrong.health()])
        await expect(ask()).rejects.toMatchObject({
          code: 'ENGINE_KIND_DIFFERS',
          message: expect.stringMatching(found),
        })
    } finally {
      await wrong.close()
    }
  })

  test('what is missing is made, and what is there stays: shards, an alias that was taken away', async () => {
    await engine.create(1)
    await engine.post(1, [document({ id: 'a.1', fence: 10 })])
    await ask(indices.url, `DELETE /${index}_1_${digest}/_alias/${index}_1`)
    await engine.create(2)
    expect(await aliases()).toEqual(bothAliases())
    expect(await engine.get(1, ['a.1'])).toHaveLength(1)
  })

  test('of two that make the same at once neither fails', async () => {
    const other = openSearch(server, { urls: [indices.url], index })
    try {
      await Promise.all([engine.create(3), other.create(3)])
      expect(Object.values(await aliases())).toHaveLength(3)
    } finally {
      await other.close()
    }
  })

  test('an index of another schema is not written to', async () => {
    const older = `${index}_1_0123456789abcdef`
    await ask(indices.url, `PUT /${older}`, { aliases: { [`${index}_1`]: {} } })
    await expect(engine.create(1)).rejects.toEqual(unfit(/alias \S+_1 leads to index \S+_0123456789abcdef/))
    expect(Object.keys(await aliases())).toEqual([older])
  })

  test('an index that was made by hand as slipctl index create prints it is taken as it is', async () => {
    const printed = ['--print', '--kind', 'opensearch', '--target', 'main', '--shards', '2', '--index', index]
    const { out } = await slipctl(['index', 'create', ...printed])
    for (const request of out.split('\n\n')) {
      const [first = '', ...body] = request.split('\n')
      expect((await ask(indices.url, first, JSON.parse(body.join('\n')))).status).toBe(200)
    }
    const made = await aliases()
    expect(made).toEqual(bothAliases())
    await engine.create(2)
    expect(await aliases()).toEqual(made)
    expect((await engine.checkSchema(2)).differences).toEqual([])
    expect(await engine.post(2, [document({ id: 'a.1', fence: 10 })])).toEqual([{ kind: 'done' }])
  })

  test('where the alias of a shard is moved to an index of another schema nothing that is written there counts', async () => {
    const older = `${index}_1_0123456789abcdef`
    await engine.create(1)
    await engine.post(1, [document({ id: 'a.1', fence: 10 })])
    await ask(indices.url, `PUT /${older}`)
    const move = (from: string, to: string) =>
      ask(indices.url, 'POST /_aliases', {
        actions: [{ remove: { index: from, alias: `${index}_1` } }, { add: { index: to, alias: `${index}_1` } }],
      })
    const own = `${index}_1_${digest}`
    const refused = {
      kind: 'unavailable',
      message: expect.stringMatching(`alias ${index}_1 leads to ${older}, which is of another schema`),
    }
    const count = async () => {
      await ask(indices.url, `POST /${older}/_refresh`)
      return (await ask(indices.url, `GET /${older}/_count`)).json.count
    }
    await move(own, older)
    expect(await engine.post(1, [document({ id: 'a.1', fence: 11 })])).toEqual([refused])
    expect(await count()).toBe(1)
    expect(await engine.post(1, [document({ id: 'a.2', fence: 11 })])).toEqual([refused])
    await move(older, own)
    expect(await engine.post(1, [document({ id: 'a.1', fence: 11 })])).toEqual([{ kind: 'done' }])
    await move(own, older)
    await engine.health()
    expect(await engine.remove(1, [{ id: 'a.1', fence: 12, rev: 1 }])).toEqual([refused])
    expect(await count()).toBe(1)
  })

  test.each(['', '_1'])("another's index behind the alias INDEX%s is not searched or written to", async (suffix) => {
    await ask(indices.url, `PUT /${index}_other`, { aliases: { [`${index}${suffix}`]: {} } })
    await expect(engine.create(1)).rejects.toEqual(unfit(/leads to index \S+_other/))
  })

  test('an index that has the name of an alias is told', async () => {
    await ask(indices.url, `PUT /${index}_1`)
    await expect(engine.create(1)).rejects.toEqual(unfit(/an index.* exists with the same name as the alias/))
  })

  test('the aliases of other targets, whose names begin alike, are theirs', async () => {
    const other = openSearch(server, { urls: [indices.url], index: `${index}_b` })
    try {
      await other.create(1)
      await engine.create(1)
      await other.create(1)
    } finally {
      await other.close()
    }
  })

  test('a target whose alias would be the one of a shard of another is told', async () => {
    const other = openSearch(server, { urls: [indices.url], index: `${index}_1` })
    try {
      await engine.create(1)
      await expect(other.create(1)).rejects.toEqual(unfit(/alias \S+_1 leads to index/))
    } finally {
      await other.close()
    }
  })

  test('searchers that ask the alias find items, and neither tombstones nor the marker', async () => {
    await engine.create(2)
    await engine.post(1, [document({ id: 'a.1', fence: 10 })])
    await engine.post(2, [document({ id: 'a.2', fence: 10 })])
    await engine.remove(2, [{ id: 'a.3', fence: 11, rev: 1 }])
    await engine.mark(2, null, 7)
    for (const shard of [1, 2]) await engine.commit(shard, 'visible')
    const { json } = await ask(indices.url, `POST /${index}/_search`, { sort: ['id'] })
    expect(json.hits.hits.map(({ _id }: { _id: string }) => _id)).toEqual(['a.1', 'a.2'])
  })

  test('an engine that is told to, by the alias of all shards, makes visible what was written, though nobody commits', async () => {
    await engine.create(2)
    const { status } = await ask(indices.url, `PUT /${index}/_settings`, { index: { refresh_interval: '100ms' } })
    expect(status).toBe(200)
    for (const shard of [1, 2]) {
      expect(await engine.post(shard, [document({ id: `own.${shard}`, fence: 10 })])).toEqual([{ kind: 'done' }])
      while ((await engine.count(shard)) === 0);
    }
  })
})
