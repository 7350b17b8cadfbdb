import { randomBytes } from 'node:crypto'
import { newContainer } from '../container.ts'
import type { StartedServer } from '../server.ts'
import { untilAnswers } from './connection.ts'

export const PUBLIC_IMAGE = 'mariadb:10.11'

const PORT = 3306

/**
 * A container of this process alone. The image takes MARIADB_ROOT_PASSWORD and options of the server, as the public one
 * does.
 */
export async function startContainer(image: string): Promise<StartedServer> {
  const { Wait } = await import('testcontainers')
  const password = randomBytes(12).toString('hex')
  const container = await (await newContainer(image))
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
