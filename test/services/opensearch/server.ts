import { firstWay } from '../first-way.ts'
import type { StartedServer, Tell } from '../server.ts'
import { startContainer } from './container.ts'
import { identify } from './identify.ts'
import { startInstance } from './instance.ts'
import { releases, type SearchServer } from './releases.ts'

export const startSearchServer =
  (server: SearchServer) =>
  (tell: Tell): Promise<StartedServer> => {
    const release = releases[server]
    const ways = {
      name: server.toUpperCase(),
      image: release.image,
      identify: (url: string) => identify(url, release),
      startContainer: (image: string) => startContainer(image, release),
      startInstance: () => startInstance(server, {}, tell),
    }
    return firstWay(ways, tell)
  }
