import { jsonOf } from '../../../src/shards/http/answer.ts'
import { HttpNode } from '../../../src/shards/http/node.ts'

export interface Told {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers of a server, of which each test reads what it asserts
  readonly json: any
}

/**
 * Asks a server one thing: "GET /_cluster/health", "PUT /index" and its like. Any status is an answer.
 * @param body an object is sent as JSON, an array as lines of JSON
 * @throws HttpFault when it gives none
 */
export async function ask(url: string, question: string, body?: object): Promise<Told> {
  const [method, path = ''] = question.split(' ')
  const node = new HttpNode({
    url,
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

function sent(body: object | undefined): { body: Buffer; type: string } | undefined {
  if (body === undefined) return undefined
  if (!Array.isArray(body)) return { body: Buffer.from(JSON.stringify(body)), type: 'application/json' }
  const lines = body.map((line) => `${JSON.stringify(line)}\n`)
  return { body: Buffer.from(lines.join('')), type: 'application/x-ndjson' }
}

/**
 * The version of a server that is fit for the tests.
 * @param major the version it must be
 * @throws Error when it is another kind or version, has no ICU, or does not answer
 */
export async function identify(url: string, major: string): Promise<string> {
  const { version } = (await ask(url, 'GET /')).json
  const found = `${version?.distribution} ${version?.number}`
  if (!found.startsWith(`opensearch ${major}.`)) throw new Error(`it is ${found}, not ${major}`)
  const plugins: { component: string }[] = (await ask(url, 'GET /_cat/plugins?format=json')).json
  if (!plugins.some(({ component }) => component === 'analysis-icu'))
    throw new Error('the plugin analysis-icu is not installed in it')
  return version.number
}
