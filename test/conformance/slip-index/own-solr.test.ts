import { privateSolr } from '../../services/solr/instance.ts'
import { isSolrWrite, layConfigsetOf } from '../../shards/solr/solr-engine.ts'
import { ownServerRules } from './own-server-rules.ts'

ownServerRules('Solr', {
  async open() {
    const server = await privateSolr({ heapMb: 256 })
    await layConfigsetOf(server, 'main')
    return { server, target: { engine: 'solr' } }
  },
  isWrite: isSolrWrite,
})
