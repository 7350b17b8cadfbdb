import { expect, onTestFinished, test } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { type OpenedEngine, openTargetEngine } from '../../src/daemon/engines.ts'
import { loopback } from '../shards/http/loopback.ts'

/** The engine of a target that the configuration says this of. */
function openMain(main: string): Promise<OpenedEngine> {
  const config = parseConfig(
    `
database: { url: "postgres://127.0.0.1:1/slip" }
repository: { root: tree }
sources: { tree: { kind: repository } }
targets: { main: ${main} }
`,
    '/etc/slip/slip.yaml',
  )
  return openTargetEngine(config, { siblingUrl: () => 'postgres://127.0.0.1:1/none' }, 'main')
}

test('a file of authorities that is not there is told by its key, before any server is asked', async () => {
  const main = '{ engine: solr, urls: ["https://127.0.0.1:1/solr"], ca: none.pem }'
  await expect(openMain(main)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/^targets\.main\.ca: .*\/etc\/slip\/none\.pem/),
    place: { key: 'targets.main.ca' },
  })
})

test.each([
  { engine: 'opensearch', path: '' },
  { engine: 'solr', path: '/solr' },
])(
  'what is asked of each shard of a target on $engine waits for no other of the same server',
  async ({ engine, path }) => {
    const numbers = Array.from({ length: 12 }, (_, shard) => shard + 1)
    const whereCoresAre: Record<string, unknown> = {
      '/solr/admin/info/system': { mode: 'std' },
      '/solr/admin/cores': { status: Object.fromEntries(numbers.map((shard) => [`slip_main_${shard}`, {}])) },
    }
    let unanswered = 0
    const all = Promise.withResolvers<void>()
    const server = await loopback((asked, response) => {
      const known = whereCoresAre[asked.path.split('?')[0] as string]
      if (known !== undefined) {
        response.setHeader('content-type', 'application/json').end(JSON.stringify(known))
        return
      }
      unanswered++
      if (unanswered === numbers.length) all.resolve()
    })
    onTestFinished(() => server.close())
    const { engine: opened, close } = await openMain(
      `{ engine: ${engine}, urls: ["${server.url}${path}"], shards: 12 }`,
    )
    const counts = Promise.allSettled(numbers.map((shard) => opened.count(shard)))
    await all.promise
    await close()
    await counts
  },
)

test.each(['opensearch', 'elasticsearch'])(
  'an API key of the configuration is what %s is asked with',
  async (engine) => {
    const server = await loopback((_, response) => response.writeHead(401).end())
    onTestFinished(() => server.close())
    const { engine: opened, close } = await openMain(`{ engine: ${engine}, urls: ["${server.url}"], apiKey: a2V5 }`)
    onTestFinished(close)
    await expect(opened.count(1)).rejects.toThrow(/answered 401: the credentials are not accepted/)
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['ApiKey a2V5'])
  },
)
