import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { jsonOf, NotUnderstood } from '../../../src/http/answer.ts'
import { HttpNode, type NodeOptions } from '../../../src/http/node.ts'
import { large } from '../../chaos/http-faults.ts'
import { makeCertificateFiles } from '../../services/certificate.ts'
import { closeAfterEach, closing, faultOf, get, json, options, serve } from './served.ts'

closeAfterEach()

function nodeOf(url: string, more: Partial<NodeOptions> = {}): HttpNode {
  const node = new HttpNode({ ...options, url, ...more })
  closing.push(() => node.close())
  return node
}

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

test('an answer that stops half way is not waited for for ever', async () => {
  const server = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half')
  })
  expect(await faultOf(nodeOf(server.url, { bodyMs: 50 }).request(get))).toMatchObject({ kind: 'unanswered' })
})

test('a server that speaks HTTP/2 as well is spoken to by HTTP/1.1, so that no request breaks another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slip-http2-'))
  closing.push(async () => rmSync(folder, { recursive: true }))
  const files = await makeCertificateFiles(folder, 'server', 'localhost')
  const [key, cert] = [readFileSync(files.key), readFileSync(files.certificate)]
  const server = createSecureServer({ key, cert, allowHTTP1: true }, ({ httpVersion }, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ httpVersion }))
  }).listen(0, 'localhost')
  closing.push(async () => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const answer = await nodeOf(`https://localhost:${port}`, { ca: cert.toString() }).request(get)
  expect(jsonOf(answer)).toEqual({ httpVersion: '1.1' })
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
