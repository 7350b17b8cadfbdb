import { newContainer } from '../container.ts'
import type { StartedServer } from '../server.ts'
import { identify } from './identify.ts'

const PORT = 9200

/** The public images lack the plugin. */
const WITH_ICU =
  '{ bin/opensearch-plugin list | grep -qx analysis-icu || bin/opensearch-plugin install --batch analysis-icu; } && ' +
  'exec ./opensearch-docker-entrypoint.sh opensearch'

/** A container of this process alone. The image is laid out and takes settings as the public ones do. */
export async function startContainer(image: string, major: string): Promise<StartedServer> {
  const { Wait } = await import('testcontainers')
  const container = await (await newContainer(image))
    .withEnvironment({
      'discovery.type': 'single-node',
      'cluster.routing.allocation.disk.threshold_enabled': 'false',
      DISABLE_INSTALL_DEMO_CONFIG: 'true',
      DISABLE_SECURITY_PLUGIN: 'true',
      OPENSEARCH_JAVA_OPTS: '-Xms512m -Xmx1g',
    })
    .withEntrypoint(['bash', '-c', WITH_ICU])
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forHttp('/_cluster/health?wait_for_status=yellow', PORT).forStatusCode(200))
    .withStartupTimeout(180_000)
    .start()
  const url = `http://${container.getHost()}:${container.getMappedPort(PORT)}`
  try {
    const described = `${await identify(url, major)} at ${new URL(url).host}, a container of ${image} by testcontainers`
    return { url, described, close: async () => void (await container.stop()) }
  } catch (error) {
    await container.stop()
    throw error
  }
}
