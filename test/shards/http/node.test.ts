import { gunzipSync } from 'node:zlib'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { jsonOf, NotUnderstood } from '../../../src/http/answer.ts'
import { HttpFault } from '../../../src/http/fault.ts'
import { HttpNode, type NodeOptions } from '../../../src/http/node.ts'
import { HttpNodes } from '../../../src/shards/http/nodes.ts'
import { large } from '../../chaos/http-faults.ts'
import { type Loopback, loopback } from './loopback.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const options = { connections: 2, compress: false, connectMs: 5_000, headersMs: 10_000, bodyMs: 10_000 }

async function serve(answer: Parameters<typeof loopback>[0]): Promise<Loopback> {
  const server = await loopback(answer)
  closing.push(server.close)
  return server
}

function nodeOf(url: string, more: Partial<NodeOptions> = {}): HttpNode {
  const node = new HttpNode({ ...options, url, ...more })
  closing.push(() => node.close())
  return node
}

const json = (response: { setHeader(name: string, value: string): void; end(text: string): void }, value: unknown) => {
  response.setHeader('content-type', 'application/json;charset=utf-8')
  response.end(JSON.stringify(value))
}
const faultOf = (asking: Promise<unknown>): Promise<HttpFault> =>
  asking.then(
    () => expect.fail('it was answered'),
    (error) => {
      expect(error).toBeInstanceOf(HttpFault)
      return error
    },
  )
const get = { method: 'GET', path: '/x' } as const

test('path, query, body and media type reach the server below the path of its URL', async () => {
  const server = await serve((_, response) => json(response, { ok: true }))
  const answer = await nodeOf(`${server.url}/solr/`).request({
    method: 'POST',
    path: '/core/update?a=%2F',
    body: [Buffer.from('['), Buffer.from('1]')],
    type: 'application/json',
  })
  expect(jsonOf(answer)).toEqual({ ok: true })
  expect(answer).toMatchObject({ status: 200, type: 'application/json', url: `${server.url}/solr/core/update?a=%2F` })
  expect(server.asked[0]).toMatchObject({ method: 'POST', path: '/solr/core/update?a=%2F', body: Buffer.from('[1]') })
  expect(server.asked[0]?.headers).toMatchObject({ 'content-type': 'application/json' })
})

test('user and password of the URL are sent as Basic, and are in no URL that is told', async () => {
  const server = await serve((_, response) => json(response, {}))
  const node = nodeOf(server.url.replace('//', '//librarian:p%40ss@'))
  const answer = await node.request(get)
  expect(server.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('librarian:p@ss').toString('base64')}`)
  expect(node.url + answer.url).not.toMatch(/librarian|p%40ss|p@ss/)
})

test('an API key is sent instead of them', async () => {
  const server = await serve((_, response) => json(response, {}))
  await nodeOf(server.url, { apiKey: 'a2V5' }).request(get)
  expect(server.asked[0]?.headers.authorization).toBe('ApiKey a2V5')
})

test('a redirect is not followed: the credentials stay with the host they are for', async () => {
  const elsewhere = await serve((_, response) => json(response, {}))
  const server = await serve((_, response) => response.writeHead(302, { location: elsewhere.url }).end())
  expect(await nodeOf(server.url, { user: 'a', password: 'b' }).request(get)).toMatchObject({ status: 302 })
  expect(elsewhere.asked).toEqual([])
})

test('a large body is compressed where that is asked for, a small one is not', async () => {
  const server = await serve((_, response) => json(response, {}))
  const node = nodeOf(server.url, { compress: true })
  const large = Buffer.from('text '.repeat(10_000))
  for (const body of [large, Buffer.from('small')]) await node.request({ ...get, method: 'POST', body })
  const [first, second] = server.asked
  expect(first?.headers['content-encoding']).toBe('gzip')
  expect(gunzipSync(first?.body ?? '')).toEqual(large)
  expect(second?.headers['content-encoding']).toBeUndefined()
  expect(second?.body.toString()).toBe('small')
})

test.each([
  ['7', 7],
  ['soon', null],
])('Retry-After %s is %s seconds', async (header, seconds) => {
  const server = await serve((_, response) => response.writeHead(429, { 'retry-after': header }).end())
  expect(await nodeOf(server.url).request(get)).toMatchObject({ status: 429, retryAfter: seconds })
})

test('what nobody listens to was not sent', async () => {
  const server = await serve((_, response) => response.end())
  await closing.pop()?.()
  const fault = await faultOf(nodeOf(server.url.replace('//', '//user:secret@')).request(get))
  expect(fault).toMatchObject({ kind: 'unsent', url: `${server.url}/x` })
  expect(fault.message).toContain('ECONNREFUSED')
  expect(fault.message).not.toContain('secret')
})

test('a name that does not exist was not sent', async () => {
  expect(await faultOf(nodeOf('http://nowhere.invalid').request(get))).toMatchObject({ kind: 'unsent' })
})

test('a connection that is cut before the answer leaves open whether the server did it', async () => {
  const server = await serve((_, response) => response.destroy())
  expect(await faultOf(nodeOf(server.url).request(get))).toMatchObject({ kind: 'unanswered' })
})

test('a connection that is cut within the answer does, too', async () => {
  const server = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half')
    response.destroy()
  })
  expect(await faultOf(nodeOf(server.url).request(get))).toMatchObject({ kind: 'unanswered' })
})

test('a server that does not answer in time may have done it', async () => {
  const server = await serve(() => undefined)
  const fault = await faultOf(nodeOf(server.url).request({ ...get, headersMs: 10 }))
  expect(fault).toMatchObject({ kind: 'unanswered' })
})

test.each([
  ['that is announced to be too large is not read', true, 0],
  ['that turns out too large is broken off, not kept', false, 64],
])('an answer %s', async (_, announced, mebibytes) => {
  const { meddling, taken } = large(1_000, { announced })
  const server = await serve((asked, response) => meddling({ asked, response, pass: () => expect.fail('passed') }))
  const fault = await faultOf(nodeOf(server.url).request(get))
  expect(fault.message).toContain('more than 64 MiB')
  // and what lies in the buffers of the connection
  expect(taken()).toBeLessThan(mebibytes + 16)
})

test.each([
  ['HTML of a proxy', 'text/html', '<html><h1>Bad gateway</h1></html>', /text\/html, not JSON: <html><h1>Bad gateway/],
  ['JSON that is cut off', 'application/json', '{"took":3,"items":[', /19 bytes that cannot be read: \{"took":3/],
  ['nothing', '', '', /0 bytes that cannot be read: an empty body/],
])('%s is told with its beginning', async (_, type, body, words) => {
  const server = await serve((_asked, response) => {
    if (type !== '') response.setHeader('content-type', type)
    response.end(body)
  })
  const answer = await nodeOf(server.url).request(get)
  expect(() => jsonOf(answer)).toThrow(words)
  expect(() => jsonOf(answer)).toThrow(NotUnderstood)
})

test('the next node is asked where one is away, and that one is left alone for a while', async () => {
  const [away, first, second] = [
    await serve((_, response) => json(response, {})),
    await serve((_, response) => json(response, 1)),
    await serve((_, response) => json(response, 2)),
  ]
  await away.close()
  closing.splice(0, 1)
  const nodes = new HttpNodes([away.url, first.url, second.url], options)
  closing.push(() => nodes.close())
  for (let n = 0; n < 6; n++) expect((await nodes.request(get)).status).toBe(200)
  expect(first.asked.length + second.asked.length).toBe(6)
  expect(Math.min(first.asked.length, second.asked.length)).toBeGreaterThan(1)
})

test('what was sent and not answered is not sent to another node', async () => {
  const cut = await serve((_, response) => response.destroy())
  const other = await serve((_, response) => json(response, {}))
  const nodes = new HttpNodes([cut.url, other.url], options)
  closing.push(() => nodes.close())
  await faultOf(nodes.request(get))
  expect(other.asked).toEqual([])
})

test('where one hangs the next is asked what may be asked twice, and the one that hangs is left alone', async () => {
  const hung = await serve(() => undefined)
  const other = await serve((_, response) => json(response, {}))
  const nodes = new HttpNodes([hung.url, other.url], { ...options, headersMs: 50 })
  closing.push(() => nodes.close())
  for (let n = 0; n < 4; n++) expect((await nodes.ask(get)).status).toBe(200)
  expect([hung.asked.length, other.asked.length]).toEqual([1, 4])
})

test('a node that hung is left alone ten times as long as it was waited for', async () => {
  const clock = { now: performance.now() }
  vi.spyOn(performance, 'now').mockImplementation(() => clock.now)
  onTestFinished(() => void vi.restoreAllMocks())
  const hung = await serve(() => {
    clock.now += 10_000
  })
  const other = await serve((_, response) => json(response, {}))
  const nodes = new HttpNodes([hung.url, other.url], { ...options, headersMs: 50 })
  closing.push(() => nodes.close())
  await nodes.ask(get)
  clock.now += 99_000
  for (let n = 0; n < 4; n++) await nodes.ask(get)
  expect(hung.asked.length).toBe(1)
  clock.now += 2_000
  for (let n = 0; n < 2; n++) await nodes.ask(get)
  expect(hung.asked.length).toBe(2)
})

test.each([502, 503, 504])(
  'a node that answers %i is left alone, and what may be asked twice the next is asked',
  async (status) => {
    const away = await serve((_, response) => response.writeHead(status).end())
    const other = await serve((_, response) => json(response, {}))
    for (const [how, first] of [
      ['ask', 200],
      ['request', status],
    ] as const) {
      const nodes = new HttpNodes([away.url, other.url], options)
      closing.push(() => nodes.close())
      const before = away.asked.length
      expect((await nodes[how](get)).status).toBe(first)
      for (let n = 0; n < 4; n++) expect((await nodes[how](get)).status).toBe(200)
      expect(away.asked.length - before).toBe(1)
    }
  },
)

test('where all nodes send it away their answer is told', async () => {
  const away = await serve((_, response) => response.writeHead(503).end())
  const gone = await serve(() => undefined)
  await gone.close()
  closing.splice(1, 1)
  const nodes = new HttpNodes([away.url, gone.url], options)
  closing.push(() => nodes.close())
  for (let n = 0; n < 3; n++) expect((await nodes.ask(get)).status).toBe(503)
})

test('a node that owes an answer for long is asked last, though it may answer yet', async () => {
  const { promise: isAsked, resolve } = Promise.withResolvers<void>()
  const hung = await serve(() => resolve())
  const other = await serve((_, response) => json(response, {}))
  const nodes = new HttpNodes([hung.url, other.url], options)
  closing.push(() => nodes.close())
  const owed = nodes.request(get).catch(() => 'closed')
  await isAsked
  const now = performance.now()
  vi.spyOn(performance, 'now').mockReturnValue(now + 60_000)
  onTestFinished(() => void vi.restoreAllMocks())
  for (let n = 0; n < 4; n++) await nodes.request(get)
  expect([hung.asked.length, other.asked.length]).toEqual([1, 4])
  await nodes.close()
  expect(await owed).toBe('closed')
})

test('a node that answers too much, or is asked no longer, is not left alone', async () => {
  const talking = await serve((_, response) => json(response, 'x'.repeat(100_000)))
  const other = await serve((_, response) => json(response, {}))
  const nodes = new HttpNodes([talking.url, other.url], { ...options, mostBytes: 1_000 })
  closing.push(() => nodes.close())
  await faultOf(nodes.request(get))
  await nodes.request(get)
  await faultOf(nodes.request(get))
  await nodes.request(get)
  const over = AbortSignal.abort()
  await expect(nodes.request({ ...get, signal: over })).rejects.toThrow()
  await nodes.request(get)
  await faultOf(nodes.request(get))
  expect([talking.asked.length, other.asked.length]).toEqual([3, 3])
})

test('credentials that are sent by https go to no node that is told without it, unless a person named it', async () => {
  const open = (urls: readonly string[], more: Partial<NodeOptions> = {}) => {
    const nodes = new HttpNodes(urls, { ...options, ...more })
    closing.push(() => nodes.close())
    return nodes
  }
  const [told, one] = ['http://solr-2:8983/solr', 'https://solr-1:8983/solr']
  const withUser = one.replace('//', '//slip:secret@')
  for (const nodes of [
    open([withUser]),
    open([one], { user: 'slip', password: 'secret' }),
    open([one], { apiKey: 'secret' }),
  ]) {
    expect(() => nodes.at(told)).toThrow(expect.objectContaining({ kind: 'unsent', url: told }))
    expect(() => nodes.at(told)).not.toThrow(/secret/)
    expect(nodes.at(told.replace('http:', 'https:')).url).toBe('https://solr-2:8983/solr')
  }
  expect(open([withUser, told]).at(told).url).toBe(told)
  expect(open([one]).at(told).url).toBe(told)
  expect(open([withUser.replace('https:', 'http:')]).at(told).url).toBe(told)
})

test('a node that one of them told is asked as the first is, by one set of connections', async () => {
  const first = await serve((_, response) => json(response, {}))
  const told = await serve((_, response) => json(response, {}))
  const nodes = new HttpNodes([first.url.replace('//', '//slip:p%2F@')], options)
  closing.push(() => nodes.close())
  expect(nodes.at(told.url)).toBe(nodes.at(told.url))
  expect(nodes.at(first.url)).toBe(nodes.all[0])
  await nodes.at(told.url).request(get)
  expect(told.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('slip:p/').toString('base64')}`)
})
