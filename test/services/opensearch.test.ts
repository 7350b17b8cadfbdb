import { fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { identityOf } from '../../src/embedded-postgres/process-identity.ts'
import { ask } from './ask.ts'
import { archivesOf } from './class-archive.ts'
import { dropLeftovers } from './leftovers.ts'
import { type TestIndices, testIndices } from './opensearch/indices.ts'
import type { SearchInstance } from './opensearch/instance.ts'
import { privateOpenSearch } from './opensearch/private.ts'
import { releases, searchServers } from './opensearch/releases.ts'
import { hostTag } from './own-names.ts'
import { endAbandoned } from './run-folder.ts'

/** Until a server is up, on a machine that does much else. */
const START_MS = 240_000

describe.each(searchServers)('%s', (server) => {
  let indices: TestIndices
  let url: string
  beforeAll(async () => {
    indices = await testIndices(server)
    url = indices.url
  }, START_MS)
  afterAll(() => indices?.drop())

  const tokens = async (filter: string[], said: string) => {
    const { json } = await ask(url, 'POST /_analyze', { tokenizer: 'icu_tokenizer', filter, text: said })
    return json.tokens.map(({ token }: { token: string }) => token)
  }

  test('it is of the kind and of the major version of its name', async () => {
    const { version } = (await ask(url, 'GET /')).json
    expect(`${version.distribution ?? 'elasticsearch'}${version.number.split('.')[0]}`).toBe(server)
  })

  test('it analyses with the ICU tokenizer and folding, and with the filters of every OpenSearch', async () => {
    expect(await tokens(['icu_folding'], 'Éric Straße Ἀθῆναι 東京大学')).toEqual([
      'eric',
      'strasse',
      'αθηναι',
      '東京',
      '大学',
    ])
    expect(await tokens(['icu_folding', 'cjk_bigram'], '東京大学 ﬁn')).toEqual(['東京', '京大', '大学', 'fin'])
  })

  test('external_gte: an older version is refused by 409, an equal one taken, and a removal keeps its version', async () => {
    const document = { _index: indices.prefix, _id: 'a.1', version_type: 'external_gte' }
    const bulk = async (...lines: object[]) => {
      const { status, json } = await ask(url, 'POST /_bulk', lines)
      const [item] = json.items.map((one: Record<string, object>) => Object.values(one)[0])
      return { http: status, item: item.status, error: item.error?.type }
    }
    const index = (version: number) => bulk({ index: { ...document, version } }, { version })
    const stale = { http: 200, item: 409, error: 'version_conflict_engine_exception' }
    expect(await index(5)).toEqual({ http: 200, item: 201 })
    expect(await index(4)).toEqual(stale)
    expect(await index(5)).toEqual({ http: 200, item: 200 })
    expect(await bulk({ delete: { ...document, version: 7 } })).toEqual({ http: 200, item: 200 })
    expect(await index(6)).toEqual(stale)
  })

  test('a run that starts drops the indices of killed runs of this host, and no others', async () => {
    const ended = spawnSync('true').pid
    const dead = `test_${hostTag}_${ended}_1_1`
    const kept = [`${indices.prefix}_kept`, `test_00000000_${ended}_1_1`]
    for (const name of [`${dead}_a`, `${dead}_b`, ...kept]) await ask(url, `PUT /${name}`)
    await dropLeftovers(server, url)
    const { json } = await ask(url, `GET /${dead}*,${kept.join()}/_alias?ignore_unavailable=true`)
    for (const name of kept) await ask(url, `DELETE /${name}`)
    expect(Object.keys(json).sort()).toEqual(kept.toSorted())
  })

  describe('of a test file alone', () => {
    let own: SearchInstance
    beforeAll(async () => {
      own = await privateOpenSearch(server, { 'thread_pool.write.queue_size': 77 })
    }, START_MS)
    afterAll(() => own?.close())

    test('it is another server, with the settings asked for', async () => {
      expect(own.url).not.toBe(url)
      const { json } = await ask(own.url, 'GET /_cat/thread_pool/write?format=json&h=queue_size')
      expect(json).toEqual([{ queue_size: '77' }])
    })

    test.runIf(releases[server].product === 'OpenSearch')('it finds its classes as a start before it left them', () => {
      const { java, rehearsed } = archivesOf(own.pid)
      expect(rehearsed).toBe(java)
    })

    test(
      'killed while it writes and started again, it has every document that it acknowledged, at the same URL',
      async () => {
        const acknowledged = await postUntilKilled(own)
        await expect(ask(own.url, 'GET /')).rejects.toThrow('ECONNREFUSED')
        await own.restart()
        const { json } = await ask(own.url, 'POST /killed/_mget', { ids: acknowledged })
        expect(json.docs.filter(({ found }: { found: boolean }) => !found)).toEqual([])
      },
      START_MS,
    )
  })
})

/** Four at a time post documents; the server is killed in the midst of it. The ids of those it acknowledged. */
async function postUntilKilled(server: SearchInstance): Promise<string[]> {
  const acknowledged: string[] = []
  const enough = Promise.withResolvers<void>()
  const post = async (poster: number) => {
    for (let at = 0; ; at++) {
      const ids = [0, 1, 2, 3].map((one) => `${poster}.${at}.${one}`)
      const lines = ids.flatMap((id) => [{ index: { _index: 'killed', _id: id } }, { id }])
      const { json } = await ask(server.url, 'POST /_bulk', lines)
      expect(json.errors).toBe(false)
      acknowledged.push(...ids)
      if (acknowledged.length >= 200) enough.resolve()
    }
  }
  const posters = Promise.allSettled([0, 1, 2, 3].map(post))
  await Promise.race([enough.promise, posters])
  await server.kill()
  for (const { status } of await posters) expect(status).toBe('rejected')
  expect(acknowledged.length).toBeGreaterThanOrEqual(200)
  return acknowledged
}

test(
  'kill -9 of the process that started it leaves no server',
  async () => {
    const owner = fork(join(import.meta.dirname, 'opensearch/owner-process.ts'))
    onTestFinished(() => endAbandoned('opensearch2', 'java'))
    const [pid] = (await Promise.race([once(owner, 'message'), once(owner, 'exit')])) as [number]
    expect(identityOf(pid)).not.toBeNull()
    owner.kill('SIGKILL')
    await expect.poll(() => identityOf(pid), { timeout: 30_000 }).toBeNull()
  },
  START_MS,
)

describe('a server that is named', () => {
  let url: string
  beforeAll(async () => {
    url = (await testIndices('opensearch2')).url
  }, START_MS)

  const up = async (server: string, variables: Record<string, string>) => {
    const main = join(import.meta.dirname, 'main.ts')
    const child = spawn(process.execPath, [main, 'up', server], { env: { ...process.env, ...variables } })
    const said = text(child.stderr)
    const ended = once(child, 'exit')
    const printed = await Promise.race([once(child.stdout, 'data'), ended])
    child.kill('SIGTERM')
    await ended
    return { printed: String(printed[0]).trim(), said: await said, code: child.exitCode }
  }

  test('is used before every other, and not ended', async () => {
    const told = await up('opensearch2', { SLIP_TEST_OPENSEARCH2_URL: url })
    expect(told).toMatchObject({ printed: url, code: 0 })
    expect(told.said).toContain(`at ${new URL(url).host}, named by SLIP_TEST_OPENSEARCH2_URL`)
    expect((await ask(url, 'GET /')).status).toBe(200)
  })

  test('is refused when it is of another major version', async () => {
    const { said, code } = await up('opensearch3', { SLIP_TEST_OPENSEARCH3_URL: url })
    expect({ said, code }).toEqual({
      said: `opensearch3: the server of SLIP_TEST_OPENSEARCH3_URL at ${new URL(url).host} is of no use: it is OpenSearch ${releases.opensearch2.version}, not OpenSearch 3\n`,
      code: 1,
    })
  })
})
