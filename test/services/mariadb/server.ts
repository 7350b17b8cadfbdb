import { firstWay, type Ways } from '../first-way.ts'
import type { StartedServer, Tell } from '../server.ts'
import { findBinaries } from './binaries.ts'
import { mariadbVersion } from './connection.ts'
import { PUBLIC_IMAGE, startContainer } from './container.ts'
import { startInstance } from './instance.ts'

const ways: Ways = {
  name: 'MARIADB',
  image: PUBLIC_IMAGE,
  identify: mariadbVersion,
  startContainer,
  startInstance: async (tell) => startInstance(await findBinaries(tell)),
}

export const startMariadb = (tell: Tell): Promise<StartedServer> => firstWay(ways, tell)
