import { randomBytes } from 'node:crypto'
import { isRunning, ownIdentity } from '../../../src/embedded-postgres/process-identity.ts'
import { hostTag } from '../own-names.ts'
import type { StartedServer } from '../server.ts'
import { untilAnswers } from './connection.ts'

export const PUBLIC_IMAGE = 'mariadb:10.11'

/** Host and process that a container belongs to. */
const LABEL = 'slip-test'
const PORT = 3306

/** True when testcontainers finds a Docker engine: DOCKER_HOST, or one of the usual sockets. */
export async function dockerAnswers(): Promise<boolean> {
  const { getContainerRuntimeClient } = await import('testcontainers')
  return getContainerRuntimeClient().then(
    () => true,
    () => false,
  )
}

/**
 * A container of this process alone. The image takes MARIADB_ROOT_PASSWORD and options of the server, as the public one
 * does. What killed processes left is removed first.
 */
export async function startContainer(image: string): Promise<StartedServer> {
  const { GenericContainer, Wait } = await import('testcontainers')
  // Its reaper is an image of its own, which an engine without a registry does not have; the label does its work.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true'
  await removeAbandoned()
  const password = randomBytes(12).toString('hex')
  const container = await new GenericContainer(image)
    .withLabels({ [LABEL]: `${hostTag}/${ownIdentity()}` })
    .withEnvironment({ MARIADB_ROOT_PASSWORD: password })
    .withCommand(['--skip-name-resolve', '--innodb-flush-log-at-trx-commit=0'])
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forListeningPorts())
    .start()
  const host = `${container.getHost()}:${container.getMappedPort(PORT)}`
  const url = `mysql://root:${password}@${host}/`
  const version = await untilAnswers(url, () => true)
  if (version === null) {
    await container.stop()
    throw new Error(`the container of ${image} does not answer at ${host}`)
  }
  return {
    url,
    described: `${version} at ${host}, a container of ${image} by testcontainers`,
    async close() {
      await container.stop()
    },
  }
}

async function removeAbandoned(): Promise<void> {
  const { container } = await (await import('testcontainers')).getContainerRuntimeClient()
  const filters = { label: [LABEL] }
  for (const info of await container.dockerode.listContainers({ all: true, filters })) {
    const [host, identity] = (info.Labels[LABEL] ?? '').split('/')
    if (host !== hostTag || identity === undefined || isRunning(identity)) continue
    await container.dockerode.getContainer(info.Id).remove({ force: true, v: true })
  }
}
