import { dockerAnswers } from './container.ts'
import type { StartedServer, Tell } from './server.ts'

/** The ways in which one kind of server can be had. */
export interface Ways {
  /** In the names of its variables, SLIP_TEST_…_URL and SLIP_TEST_…_IMAGE. */
  readonly name: string
  /** The public one. */
  readonly image: string
  /** What a server tells of itself; throws when it is not fit for the tests. */
  identify(url: string): Promise<string>
  startContainer(image: string): Promise<StartedServer>
  startInstance(tell: Tell): Promise<StartedServer>
}

/**
 * The first way that can be gone: the server that the variable names; a container when a Docker engine answers; a private
 * instance. Naming the server, or an image, leaves no other way.
 */
export async function firstWay(ways: Ways, tell: Tell): Promise<StartedServer> {
  const variable = `SLIP_TEST_${ways.name}_URL`
  const { [variable]: url, [`SLIP_TEST_${ways.name}_IMAGE`]: image } = process.env
  if (url !== undefined) return namedServer(ways, variable, url)
  if (image !== undefined) return ways.startContainer(image)
  if (await dockerAnswers()) {
    try {
      return await ways.startContainer(ways.image)
    } catch (error) {
      tell(`a Docker engine answers but does not run ${ways.image}: ${(error as Error).message}`)
    }
  }
  return ways.startInstance(tell)
}

/** A server of the person who runs the tests: only what tests made in it is ours. */
async function namedServer(ways: Ways, variable: string, url: string): Promise<StartedServer> {
  const { host } = new URL(url)
  const told = await ways.identify(url).catch((error: Error) => {
    throw new Error(`the server of ${variable} at ${host} is of no use: ${error.message}`)
  })
  return { url, described: `${told} at ${host}, named by ${variable}`, close: async () => {} }
}
