import { expect, onTestFinished, test } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { openTargetEngine } from '../../src/daemon/engines.ts'
import { loopback } from '../shards/http/loopback.ts'

test('a file of authorities that is not there is told by its key, before any server is asked', async () => {
  const config = parseConfig(
    `
database: { url: "postgres://127.0.0.1:1/slip" }
repository: { root: tree }
sources: { tree: { kind: repository } }
targets: { main: { engine: solr, urls: ["https://127.0.0.1:1/solr"], ca: none.pem } }
`,
    '/etc/slip/slip.yaml',
  )
  await expect(
    openTargetEngine(config, { siblingUrl: () => 'postgres://127.0.0.1:1/none' }, 'main'),
  ).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/^targets\.main\.ca: .*\/etc\/slip\/none\.pem/),
    place: { key: 'targets.main.ca' },
  })
})

test.each(['opensearch', 'elasticsearch'])(
  'an API key of the configuration is what %s is asked with',
  async (engine) => {
    const server = await loopback((_, response) => response.writeHead(401).end())
    onTestFinished(() => server.close())
    const config = parseConfig(
      `
database: { url: "postgres://127.0.0.1:1/slip" }
repository: { root: tree }
sources: { tree: { kind: repository } }
targets: { main: { engine: ${engine}, urls: ["${server.url}"], apiKey: a2V5 } }
`,
      '/etc/slip/slip.yaml',
    )
    const { engine: opened, close } = await openTargetEngine(
      config,
      { siblingUrl: () => 'postgres://127.0.0.1:1/none' },
      'main',
    )
    onTestFinished(close)
    await expect(opened.count(1)).rejects.toThrow(/answered 401: the credentials are not accepted/)
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['ApiKey a2V5'])
  },
)
