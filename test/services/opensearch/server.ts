import { firstWay } from '../first-way.ts'
import type { StartedServer, Tell } from '../server.ts'
import { startContainer } from './container.ts'
import { identify } from './identify.ts'
import { startInstance } from './instance.ts'
import { type OpenSearchServer, releases } from './releases.ts'

export const startOpenSearch =
  (server: OpenSearchServer) =>
  (tell: Tell): Promise<StartedServer> => {
    const { image, major } = releases[server]
    const ways = {
      name: server.toUpperCase(),
      image,
      identify: (url: string) => identify(url, major),
      startContainer: (given: string) => startContainer(given, major),
      startInstance: () => startInstance(server, {}, tell),
    }
    return firstWay(ways, tell)
  }
