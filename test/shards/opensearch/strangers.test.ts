import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { openEngine } from '../../../src/shards/open-engine.ts'
import { shardIndex } from '../../../src/shards/opensearch/names.ts'
import { document } from '../../conformance/engine/documents.ts'
import { type Loopback, loopback } from '../http/loopback.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** What is asked before the first write to a shard: where its alias leads. */
const isAliasQuestion = (path: string) => /^\/_cat\/aliases\/slip_main_\d+\?/.test(path)

/** Of a shard the alias leads where it should; all else is answered as `answer` says. */
async function serve(answer: (path: string, response: ServerResponse) => unknown): Promise<Loopback> {
  const server = await loopback(({ path }, response) => {
    if (!isAliasQuestion(path)) return answer(path, response)
    const shard = Number(/slip_main_(\d+)/.exec(path)?.[1])
    json([{ alias: `slip_main_${shard}`, index: shardIndex('slip_main', shard) }])(path, response)
  })
  closing.push(server.close)
  return server
}

function engineOn(...urls: string[]) {
  const options = { kind: 'opensearch', target: 'main', index: 'slip_main', compress: false, timeout: 10_000 } as const
  const engine = openEngine('opensearch', { ...options, urls })
  closing.push(() => engine.close())
  return engine
}

const sends = (status: number, type: string, body: string) => (_: string, response: ServerResponse) =>
  response.writeHead(status, { 'content-type': type }).end(body)
const json = (value: unknown) => sends(200, 'application/json; charset=UTF-8', JSON.stringify(value))
const written = ({ asked }: Loopback) => asked.filter(({ path }) => !isAliasQuestion(path))
const documents = [document({ id: 'a.1', fence: 10 }), document({ id: 'a.2', fence: 10 })]

/** What stands between SLIP and the server, or in its place, as tests make it: no server of ours answers so. */
describe('a stranger', () => {
  test.each([
    ['401 without a body', sends(401, 'text/plain', ''), /answered 401: the credentials are not accepted/],
    ['404 of another server', sends(404, 'text/html', 'no'), /404 with text\/html, not JSON: no/],
    ['one outcome for two', json({ items: [{ index: { status: 200 } }] }), /without saying what became of each/],
    [
      'outcomes of other actions',
      json({ items: [{ delete: { status: 200 } }, {}] }),
      /without saying what became of each/,
    ],
    [
      '503 of the server',
      sends(503, 'application/json', '{"error":{"type":"b","reason":"c"},"status":503}'),
      /503: b: c/,
    ],
    ['429 for the whole', sends(429, 'application/json', '{"error":{"type":"b","reason":"c"}}'), /answered 429: b: c/],
  ])('that answers %s proves nothing of a post', async (_, answer, words) => {
    const server = await serve(answer)
    const engine = engineOn(server.url.replace('//', '//librarian:secret@'))
    for (const outcomes of [
      await engine.post(3, documents),
      await engine.remove(3, [
        { id: 'a.1', fence: 10, rev: 1 },
        { id: 'a.2', fence: 10, rev: 1 },
      ]),
    ]) {
      expect(outcomes).toHaveLength(2)
      for (const outcome of outcomes) {
        const message = expect.stringMatching(words)
        expect(outcome).toMatchObject({ kind: 'unavailable', message })
        expect(outcome).toHaveProperty('message', expect.stringContaining(`target main, shard 3, ${server.url}/`))
        expect(JSON.stringify(outcome)).not.toMatch(/librarian|secret/)
      }
    }
    expect(written(server)).toHaveLength(2)
  })

  test('that answers 429 for one document asks for less, beside one it took', async () => {
    const items = [{ index: { status: 200 } }, { index: { status: 429, error: { type: 'b', reason: 'c' } } }]
    const server = await serve(json({ items }))
    expect(await engineOn(server.url).post(1, documents)).toMatchObject([
      { kind: 'done' },
      { kind: 'unavailable', retryAfterMs: 0 },
    ])
  })

  test.each([
    ['more', 400, { kind: 'tooLarge', most: expect.any(Number) }],
    ['less', 100, { kind: 'unavailable', retryAfterMs: 0 }],
  ])(
    'whose node of the shard needs %s than all its memory for one document takes it never, or later',
    async (_, needed, outcome) => {
      const reason = `rejected execution of primary operation [coordinating_and_primary_bytes=150, replica_bytes=0, all_bytes=150, primary_operation_bytes=${needed}, max_coordinating_and_primary_bytes=200]`
      const item = { index: { status: 429, error: { type: 'rejected_execution_exception', reason } } }
      const server = await serve(async (_path, response) => {
        const { body } = server.asked.at(-1)!
        const documentsIn = (body.toString().match(/"index":/g) ?? []).length
        json({ items: Array(documentsIn).fill(item) })(_path, response)
      })
      const engine = engineOn(server.url)
      const [one] = documents
      const bytes = one!.json.length + one!.provenance.length
      const [first] = await engine.post(1, [one!])
      expect(first).toMatchObject(outcome)
      if (first?.kind === 'tooLarge') expect(first.most).toBe(Math.floor(bytes / 2))
      // together they may be what is too much
      expect(await engine.post(1, documents)).toMatchObject([{ retryAfterMs: 0 }, { retryAfterMs: 0 }])
    },
  )

  test.each([
    [500, 'b', true],
    [502, 'b', true],
    [413, 'b', true],
    [507, 'b', true],
    [500, 'No space left on device', false],
    [403, 'b', false],
    [404, 'b', false],
    [408, 'b', false],
    [503, 'b', false],
  ])('that answers %i: %s for one document breaks over it: %s', async (status, reason, breaks) => {
    const server = await serve(json({ items: [{ index: { status: 200 } }, { index: { status, error: { reason } } }] }))
    const [first, second] = await engineOn(server.url).post(1, documents)
    expect(first).toEqual({ kind: 'done' })
    const message = `target main, shard 1, ${server.url}/slip_main_1/_bulk: answered ${status}: ${reason}`
    expect(second).toEqual({ kind: 'unavailable', message, ...(breaks ? { unanswered: true } : {}) })
  })

  test('a document that a proxy finds too large is refused, and those beside it are not', async () => {
    let told = 0
    const server = await serve((_, response) => response.writeHead(413, { 'content-type': 'text/html' }).end('<h1>413'))
    expect(await engineOn(server.url).post(1, documents, () => told++)).toEqual(
      documents.map(({ json, provenance }) => ({
        kind: 'rejected',
        message: `the document is too large for the engine, with ${json.length + provenance.length} bytes of JSON`,
      })),
    )
    expect(written(server)).toHaveLength(3)
    expect(told).toBe(1)
  })

  test('that goes away while documents are posted one by one is not asked for the rest', async () => {
    let asked = 0
    const server = await serve((_, response) => {
      asked += 1
      if (asked === 2) response.destroy()
      else response.writeHead(413).end()
    })
    const outcomes = await engineOn(server.url).post(1, documents)
    expect(outcomes.map(({ kind }) => kind)).toEqual(['unavailable', 'unavailable'])
    expect(asked).toBe(2)
  })

  test('that refuses a document for its version, and then holds no higher fence, proves nothing', async () => {
    const conflict = { index: { status: 409, error: { type: 'version_conflict_engine_exception', reason: 'too low' } } }
    const server = await serve((path, response) =>
      json(
        path.includes('_bulk') ? { items: [conflict, conflict] } : { docs: [{ _id: 'a.2', _source: { fence: 9 } }] },
      )(path, response),
    )
    expect(await engineOn(server.url).post(1, documents)).toEqual([
      {
        kind: 'unavailable',
        message: expect.stringContaining('fence 10 was refused as too low, and nothing is there'),
      },
      {
        kind: 'unavailable',
        message: expect.stringContaining('fence 10 was refused as too low, and fence 9 is there'),
      },
    ])
  })
})

test.each([
  ['no copy of the shard is there', { _shards: { total: 2, successful: 0, failed: 0 } }],
  ['b: c', { _shards: { total: 2, successful: 1, failed: 1, failures: [{ reason: { type: 'b', reason: 'c' } }] } }],
])('a commit that was not done is told: %s', async (words, answer) => {
  const server = await serve(json(answer))
  const commit = engineOn(server.url).commit(2, 'durable')
  await expect(commit).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: `${server.url}/slip_main_2/_refresh: answered 200: ${words}`,
    place: { target: 'main', shard: 2 },
  })
})

test.each([
  ['opensearch', { version: { number: '8.19.21', build_flavor: 'default' } }, 'elasticsearch 8.19.21'],
  ['elasticsearch', { version: { number: '7.10.2', distribution: 'opensearch' } }, 'opensearch 7.10.2'],
  ['opensearch', { version: {} }, 'neither OpenSearch nor Elasticsearch'],
] as const)('a target of kind %s is not made on %j', async (kind, introduction, found) => {
  const server = await serve(json(introduction))
  const url = server.url.replace('//', '//librarian:secret@')
  const engine = openEngine('opensearch', {
    kind,
    target: 'main',
    index: 'slip_main',
    urls: [url],
    compress: false,
    timeout: 10_000,
  })
  closing.push(() => engine.close())
  for (const ask of [() => engine.create(1), () => engine.health()])
    await expect(ask()).rejects.toMatchObject({
      code: 'ENGINE_KIND_DIFFERS',
      message: `targets.main.engine is ${kind}, and the server at ${server.url} is ${found}`,
    })
})

test.each([
  ['1.3.20', { nodes: { a: { version: '1.3.20' } } }, 200],
  [null, { error: { type: 'security_exception', reason: 'no permissions' }, status: 403 }, 403],
  [null, 'no', 404],
] as const)(
  'an OpenSearch that gives the version of an Elasticsearch is asked for its own, found %s',
  async (old, told, status) => {
    const server = await serve((path, response) =>
      path === '/'
        ? json({ version: { number: '7.10.2' }, tagline: 'The OpenSearch Project: https://opensearch.org/' })(
            path,
            response,
          )
        : sends(status, 'application/json', JSON.stringify(told))(path, response),
    )
    const health = engineOn(server.url).health()
    if (old === null) return health
    await expect(health).rejects.toMatchObject({
      code: 'ENGINE_VERSION_UNSUPPORTED',
      message: `the server at ${server.url} is opensearch ${old}, and SLIP needs 2 or newer`,
    })
  },
)

test('a server without the plugin is told what it needs', async () => {
  const reason = 'Custom Analyzer [text_index] failed to find tokenizer under name [icu_tokenizer]'
  const refusal = JSON.stringify({ error: { type: 'illegal_argument_exception', reason }, status: 400 })
  const server = await serve((path, response) => {
    if (path === '/') return json({ version: { number: '3.8.0', distribution: 'opensearch' } })(path, response)
    return path.startsWith('/_cat') ? json([])(path, response) : sends(400, 'application/json', refusal)(path, response)
  })
  await expect(engineOn(server.url).create(1)).rejects.toMatchObject({
    code: 'ENGINE_INDEX_UNFIT',
    message: expect.stringMatching(/under name \[icu_tokenizer\]; install the plugin analysis-icu on every node/),
  })
})

test('a node that has lost its cluster takes one post, which is not sent twice, and no more', async () => {
  const lost = await serve((path, response) =>
    path === '/'
      ? sends(503, 'text/html', 'no')(path, response)
      : sends(503, 'application/json', '{"error":{"type":"b","reason":"c"},"status":503}')(path, response),
  )
  const there = await serve((path, response) =>
    path === '/'
      ? json({ version: { number: '3.8.0', distribution: 'opensearch' } })(path, response)
      : json({ items: documents.map(() => ({ index: { status: 201 } })) })(path, response),
  )
  const other = engineOn(lost.url, there.url)
  await other.health()
  for (let turn = 0; turn < 3; turn++)
    expect(await other.post(1, documents)).toEqual([{ kind: 'done' }, { kind: 'done' }])
  const engine = engineOn(lost.url, there.url)
  const kinds: string[] = []
  for (let turn = 0; turn < 3; turn++) kinds.push(...(await engine.post(1, documents)).map(({ kind }) => kind))
  expect(kinds).toEqual(['unavailable', 'unavailable', 'done', 'done', 'done', 'done'])
  expect(lost.asked.filter(({ path }) => path.includes('_bulk'))).toHaveLength(1)
})

test('where a node does not answer to the call, the next is asked', async () => {
  const gone = await serve((_, response) => response.end())
  await closing.pop()?.()
  const there = await serve(json({ items: documents.map(() => ({ index: { status: 201 } })) }))
  const engine = engineOn(gone.url, there.url)
  for (let turn = 0; turn < 3; turn++)
    expect(await engine.post(1, documents)).toEqual([{ kind: 'done' }, { kind: 'done' }])
})
