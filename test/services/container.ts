import type { GenericContainer } from 'testcontainers'
import { isRunning, ownIdentity } from '../../src/embedded-postgres/process-identity.ts'
import { hostTag } from './own-names.ts'

/** Host and process that a container belongs to. */
const LABEL = 'slip-test'

/** True when testcontainers finds a Docker engine: DOCKER_HOST, or one of the usual sockets. */
export async function dockerAnswers(): Promise<boolean> {
  const { getContainerRuntimeClient } = await import('testcontainers')
  return getContainerRuntimeClient().then(
    () => true,
    () => false,
  )
}

/** A container of this process alone, to be set up and started. What killed processes left is removed first. */
export async function newContainer(image: string): Promise<GenericContainer> {
  const { GenericContainer } = await import('testcontainers')
  // Its reaper is an image of its own, which an engine without a registry does not have; the label does its work.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true'
  await removeAbandoned()
  return new GenericContainer(image).withLabels({ [LABEL]: `${hostTag}/${ownIdentity()}` })
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
