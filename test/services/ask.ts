import { jsonOf } from '../../src/http/answer.ts'
import { HttpNode } from '../../src/http/node.ts'

export interface Told {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers of a server, of which each test reads what it asserts
  readonly json: any
}

/**
 * Asks a server one thing: "GET /_cluster/health", "PUT /index" and its like. Any status is an answer.
 * @param body an object is sent as JSON, an array as lines of JSON, a buffer as it is
 * @param ca PEM of the authority that its certificate needs
 * @throws HttpFault when it gives none
 */
export async function ask(url: string, question: string, body?: object | Buffer, ca?: string | null): Promise<Told> {
  const [method, path = ''] = question.split(' ')
  const node = new HttpNode({
    url,
    ...(ca ? { ca } : {}),
    connections: 1,
    compress: false,
    connectMs: 5_000,
    headersMs: 90_000,
    bodyMs: 5_000,
  })
  try {
    const answer = await node.request({ method: method as 'GET', path, ...sent(body) })
    return { status: answer.status, json: answer.body.length === 0 ? null : jsonOf(answer) }
  } finally {
    await node.close()
  }
}

function sent(body: object | Buffer | undefined): { body: Buffer; type: string } | undefined {
  if (body === undefined) return undefined
  if (Buffer.isBuffer(body)) return { body, type: 'application/octet-stream' }
  if (!Array.isArray(body)) return { body: Buffer.from(JSON.stringify(body)), type: 'application/json' }
  const lines = body.map((line) => `${JSON.stringify(line)}\n`)
  return { body: Buffer.from(lines.join('')), type: 'application/x-ndjson' }
}
