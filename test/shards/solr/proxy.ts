import type { ServerResponse } from 'node:http'
import { type Asked, type Loopback, loopback } from '../http/loopback.ts'

/**
 * A proxy in front of a Solr. `meddle` may answer itself, and then says true; else the request is passed on and the answer
 * back. Its URL ends with the path of the Solr's.
 */
export async function proxyOf(
  solr: string,
  meddle: (asked: Asked, response: ServerResponse) => boolean | Promise<boolean>,
): Promise<Loopback> {
  const { origin, pathname } = new URL(solr)
  const proxy = await loopback(async (asked, response) => {
    if (await meddle(asked, response)) return
    const { method, path, headers, body } = asked
    const answer = await fetch(origin + path, {
      method,
      headers: { 'content-type': headers['content-type'] ?? '' },
      ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
    })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  return { ...proxy, url: proxy.url + pathname }
}

/** Answers with a status and a page for browsers. */
export const page = (response: ServerResponse, status: number, headers: Record<string, string> = {}): true => {
  response.writeHead(status, { 'content-type': 'text/html', ...headers })
  response.end(`<html><body><h1>${status} from a proxy</h1></body></html>`)
  return true
}
