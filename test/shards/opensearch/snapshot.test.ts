import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../../src/shards/engine.ts'
import { document } from '../../conformance/engine/documents.ts'
import { ask } from '../../services/ask.ts'
import { type TestIndices, testIndices } from '../../services/opensearch/indices.ts'
import { searchServers } from '../../services/opensearch/releases.ts'
import { openSearch } from './open.ts'

const nothing = () => {}

describe.each(searchServers)('%s', (server) => {
  let indices: TestIndices
  let engine: Engine
  beforeAll(async () => {
    indices = await testIndices(server)
    engine = openSearch(server, { urls: [indices.url], index: indices.prefix, snapshots: indices.prefix })
    await engine.create(2)
  }, 240_000)
  afterAll(async () => {
    await engine?.close()
    await ask(indices.url, `DELETE /_snapshot/${indices.prefix}`)
    await indices.drop()
  })
  const failed = (words: RegExp) => ({ code: 'SNAPSHOT_FAILED', message: expect.stringMatching(words) })

  test('a repository that nobody has registered is told in the words of the server, and nothing is closed', async () => {
    for (const verb of ['snapshot', 'restore'] as const)
      await expect(engine[verb]('a', 2, nothing)).rejects.toMatchObject(
        failed(/repository_missing_exception: \[\S+\] missing/),
      )
    expect(await engine.post(1, [document({ id: 'a.1', fence: 10 })])).toEqual([{ kind: 'done' }])
  })

  test('each shard is told once, kept and set back, with its aliases, and what was lost comes back', async () => {
    const repository = { type: 'fs', settings: { location: indices.prefix } }
    await ask(indices.url, `PUT /_snapshot/${indices.prefix}`, repository)
    await engine.post(2, [document({ id: 'b.1', fence: 10 })])
    const [kept, setBack]: [number[], number[]] = [[], []]
    await engine.snapshot('b', 2, (shard) => kept.push(shard))
    await engine.post(2, [document({ id: 'b.2', fence: 10 })])
    const { json } = await ask(indices.url, `GET /${indices.prefix}_1`)
    await ask(indices.url, `DELETE /${Object.keys(json)[0]}`)
    await engine.restore('b', 2, (shard) => setBack.push(shard))
    expect([kept.sort(), setBack.sort()]).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect(await engine.get(1, ['a.1'])).toHaveLength(1)
    expect((await engine.get(2, ['b.1', 'b.2'])).map(({ id }) => id)).toEqual(['b.1'])
    for (const shard of [1, 2]) expect((await engine.checkSchema(shard)).differences).toEqual([])
  })
})
