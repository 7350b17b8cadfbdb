import { newContainer } from '../container.ts'
import type { StartedServer } from '../server.ts'
import { identify } from './identify.ts'
import type { Release } from './releases.ts'

const PORT = 9200

/** How an image of each product starts, and what it takes to do without TLS and passwords. */
const images = {
  OpenSearch: {
    start: './opensearch-docker-entrypoint.sh opensearch',
    plugins: 'bin/opensearch-plugin',
    settings: { DISABLE_INSTALL_DEMO_CONFIG: 'true', DISABLE_SECURITY_PLUGIN: 'true' },
    options: 'OPENSEARCH_JAVA_OPTS',
  },
  Elasticsearch: {
    start: '/usr/local/bin/docker-entrypoint.sh eswrapper',
    plugins: 'bin/elasticsearch-plugin',
    settings: { 'xpack.security.enabled': 'false' },
    options: 'ES_JAVA_OPTS',
  },
}

/**
 * A container of this process alone. The image is laid out and takes settings as the public ones do; these lack the ICU
 * plugin, which is installed first.
 */
export async function startContainer(image: string, release: Release): Promise<StartedServer> {
  const { start, plugins, settings, options } = images[release.product]
  const withIcu = `{ ${plugins} list | grep -qx analysis-icu || ${plugins} install --batch analysis-icu; }`
  const { Wait } = await import('testcontainers')
  const container = await (await newContainer(image))
    .withEnvironment({
      'discovery.type': 'single-node',
      'path.repo': '/tmp/snapshots',
      'cluster.routing.allocation.disk.threshold_enabled': 'false',
      [options]: '-Xms512m -Xmx1g',
      ...settings,
    })
    .withEntrypoint(['bash', '-c', `${withIcu} && exec ${start}`])
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forHttp('/_cluster/health?wait_for_status=yellow', PORT).forStatusCode(200))
    .withStartupTimeout(180_000)
    .start()
  const url = `http://${container.getHost()}:${container.getMappedPort(PORT)}`
  try {
    const described = `${await identify(url, release)} at ${new URL(url).host}, a container of ${image} by testcontainers`
    return { url, described, close: async () => void (await container.stop()) }
  } catch (error) {
    await container.stop()
    throw error
  }
}
