import { expect, onTestFinished, test, vi } from 'vitest'
import type { Answer } from '../../../src/http/answer.ts'
import type { NodeOptions } from '../../../src/http/node.ts'
import { HttpNodes } from '../../../src/shards/http/nodes.ts'
import { loopback } from './loopback.ts'
import { closeAfterEach, closing, faultOf, get, json, options, serve } from './served.ts'

closeAfterEach()

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

const html = { 'content-type': 'text/html' }
const refused = '{"error":"no"}'

test.each([
  ...[301, 302, 401, 403, 404, 405, 500, 502, 503, 504].map((status) => [status, '', {}] as const),
  ...[401, 405, 500, 503].map((status) => [status, refused, { 'content-type': 'application/json' }] as const),
  ...[200, 400, 429].map((status) => [status, '<html>', html] as const),
])(
  'a node that answers %i with "%s" is left alone, and what may be asked twice the next is asked',
  async (status, body, headers) => {
    const away = await serve((_, response) => response.writeHead(status, headers).end(body))
    const other = await serve((_, response) => json(response, {}))
    const answer = async (asked: Promise<Answer>) => (await asked).body.toString()
    for (const [how, first] of [
      ['ask', '{}'],
      ['request', body],
    ] as const) {
      const nodes = new HttpNodes([away.url, other.url], options)
      closing.push(() => nodes.close())
      const before = away.asked.length
      expect(await answer(nodes[how](get))).toBe(first)
      for (let n = 0; n < 4; n++) expect(await answer(nodes[how](get))).toBe('{}')
      expect(away.asked.length - before).toBe(1)
    }
  },
)

test('a node that was away is sent what may break there only when it has answered a question', async () => {
  const clock = { now: performance.now() }
  vi.spyOn(performance, 'now').mockImplementation(() => clock.now)
  onTestFinished(() => void vi.restoreAllMocks())
  let status = 500
  const away = await serve((_, response) => response.writeHead(status).end())
  const other = await serve((_, response) => json(response, {}))
  const nodes = new HttpNodes([away.url, other.url], options)
  closing.push(() => nodes.close())
  const requests = async () => {
    const statuses: number[] = []
    for (let n = 0; n < 4; n++) statuses.push((await nodes.request(get)).status)
    return statuses
  }
  expect(await requests()).toEqual([500, 200, 200, 200])
  clock.now += 11_000
  expect(await requests()).toEqual([200, 200, 200, 200])
  for (let n = 0; n < 2; n++) expect((await nodes.ask(get)).status).toBe(200)
  expect(await requests()).toEqual([200, 200, 200, 200])
  expect(away.asked.length).toBe(2)
  status = 204
  clock.now += 11_000
  for (let n = 0; n < 2; n++) await nodes.ask(get)
  expect(await requests()).toEqual([204, 200, 204, 200])
})

test('a question before each request keeps neither to the same nodes', async () => {
  const servers = [await serve((_, response) => json(response, {})), await serve((_, response) => json(response, {}))]
  const nodes = new HttpNodes(
    servers.map(({ url }) => url),
    options,
  )
  closing.push(() => nodes.close())
  for (let n = 0; n < 4; n++) {
    await nodes.ask({ ...get, path: '/question' })
    await nodes.request({ ...get, path: '/request' })
  }
  for (const path of ['/question', '/request'])
    expect(servers.map(({ asked }) => asked.filter((each) => each.path === path).length)).toEqual([2, 2])
})

test.each([403, 404])('a node that answers %i in JSON is left alone by what another answers', async (status) => {
  const first = await serve((_, response) => json(Object.assign(response, { statusCode: status }), {}))
  const other = await serve((_, response) => json(response, {}))
  const nodes = new HttpNodes([first.url, other.url], options)
  closing.push(() => nodes.close())
  // an index that is closed to us, or that is not there
  for (let n = 0; n < 4; n++) await nodes.request(get)
  expect([first.asked.length, other.asked.length]).toEqual([2, 2])
  for (let n = 0; n < 4; n++) expect((await nodes.ask(get)).status).toBe(200)
  for (let n = 0; n < 4; n++) expect((await nodes.request(get)).status).toBe(200)
  expect([first.asked.length, other.asked.length]).toEqual([3, 10])
})

test('what no node answers leaves none alone', async () => {
  const forbidden = '/forbidden'
  const servers = []
  for (let n = 0; n < 3; n++)
    servers.push(
      await loopback(({ path }, response) => {
        json(Object.assign(response, { statusCode: path === forbidden ? 403 : 200 }), {})
      }),
    )
  closing.push(...servers.map(({ close }) => close))
  const nodes = new HttpNodes(
    servers.map(({ url }) => url),
    options,
  )
  closing.push(() => nodes.close())
  expect((await nodes.ask({ ...get, path: forbidden })).status).toBe(403)
  for (let n = 0; n < 6; n++) await nodes.request(get)
  expect(servers.map(({ asked }) => asked.filter(({ path }) => path !== forbidden).length)).toEqual([2, 2, 2])
})

test('a node that answers that a document is no good, or that it has too much to do, is not left alone', async () => {
  for (const status of [400, 409, 413, 429]) {
    const first = await serve((_, response) => json(Object.assign(response, { statusCode: status }), {}))
    const other = await serve((_, response) => json(response, {}))
    const nodes = new HttpNodes([first.url, other.url], options)
    closing.push(() => nodes.close())
    for (let n = 0; n < 4; n++) await nodes.request(get)
    expect(first.asked.length).toBe(2)
  }
})

test('where all nodes send it away their answer is told, of several that in JSON', async () => {
  const away = await serve((_, response) => response.writeHead(503).end())
  const gone = await serve(() => undefined)
  await gone.close()
  closing.splice(1, 1)
  const nodes = new HttpNodes([away.url, gone.url], options)
  closing.push(() => nodes.close())
  for (let n = 0; n < 3; n++) expect((await nodes.ask(get)).status).toBe(503)

  const asPage = await serve((_, response) => response.writeHead(500, html).end('<html>'))
  const inJson = await serve((_, response) =>
    response.writeHead(403, { 'content-type': 'application/json' }).end(refused),
  )
  const all = new HttpNodes([asPage.url, inJson.url, asPage.url], options)
  closing.push(() => all.close())
  for (let n = 0; n < 4; n++) expect((await all.ask(get)).status).toBe(403)
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
