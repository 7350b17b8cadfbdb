import { done } from '../../services/solr/admin.ts'
import { type TestSolr, testSolr } from '../../services/solr/own-things.ts'
import { layConfigsetOf } from '../../shards/solr/solr-engine.ts'
import { slipIndexRules } from './slip-index-rules.ts'

let solr: TestSolr
slipIndexRules('Solr', {
  async open() {
    solr = await testSolr('solr')
    await layConfigsetOf(solr, 'main')
    return { engine: 'solr', urls: [solr.url], index: solr.prefix }
  },
  lose: async (shard) => {
    await done(solr, `GET /admin/cores?action=UNLOAD&core=${solr.prefix}_${shard}&deleteInstanceDir=true`)
  },
  close: async () => solr?.drop(),
})
