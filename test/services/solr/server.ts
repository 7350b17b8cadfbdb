import { firstWay, type Ways } from '../first-way.ts'
import type { StartedServer, Tell } from '../server.ts'
import { identify } from './admin.ts'
import { startCloud } from './cloud.ts'
import { PUBLIC_IMAGE, startContainer } from './container.ts'
import { startInstance } from './instance.ts'

const alone: Ways = {
  name: 'SOLR',
  image: PUBLIC_IMAGE,
  identify: (url) => identify(url, false),
  startContainer: (image) => startContainer(image, false),
  startInstance: (tell) => startInstance({}, tell),
}

const cloud: Ways = {
  name: 'SOLRCLOUD',
  image: PUBLIC_IMAGE,
  identify: (url) => identify(url, true),
  startContainer: (image) => startContainer(image, true),
  async startInstance(tell) {
    const { nodes, described, close } = await startCloud({ nodes: 1 }, tell)
    return { url: nodes[0]!.url, described, close }
  },
}

/** Solr that stands alone. */
export const startSolr = (tell: Tell): Promise<StartedServer> => firstWay(alone, tell)

/** SolrCloud of one node. */
export const startSolrCloud = (tell: Tell): Promise<StartedServer> => firstWay(cloud, tell)
