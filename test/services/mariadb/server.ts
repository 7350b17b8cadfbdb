import type { StartedServer, Tell } from '../server.ts'
import { findBinaries } from './binaries.ts'
import { mariadbVersion } from './connection.ts'
import { dockerAnswers, PUBLIC_IMAGE, startContainer } from './container.ts'
import { startInstance } from './instance.ts'

/**
 * MariaDB, the first way that can be gone: the server that SLIP_TEST_MARIADB_URL names; a container when a Docker
 * engine answers; a private instance of Debian's. Naming the server, or an image in SLIP_TEST_MARIADB_IMAGE, leaves no
 * other way.
 */
export async function startMariadb(tell: Tell): Promise<StartedServer> {
  const { SLIP_TEST_MARIADB_URL: url, SLIP_TEST_MARIADB_IMAGE: image } = process.env
  if (url !== undefined) return namedServer(url)
  if (image !== undefined) return startContainer(image)
  if (await dockerAnswers()) {
    try {
      return await startContainer(PUBLIC_IMAGE)
    } catch (error) {
      tell(`a Docker engine answers but does not run ${PUBLIC_IMAGE}: ${(error as Error).message}`)
    }
  }
  return startInstance(await findBinaries(tell))
}

/** A server of the person who runs the tests: only our databases in it are ours. */
async function namedServer(url: string): Promise<StartedServer> {
  const { host } = new URL(url)
  const version = await mariadbVersion(url).catch((error: Error) => {
    throw new Error(`the server of SLIP_TEST_MARIADB_URL at ${host} does not answer: ${error.message}`)
  })
  return { url, described: `${version} at ${host}, named by SLIP_TEST_MARIADB_URL`, close: async () => {} }
}
