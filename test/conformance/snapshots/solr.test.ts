import { existsSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { done, systemOf } from '../../services/solr/admin.ts'
import { type TestSolr, testSolr } from '../../services/solr/own-things.ts'
import { layConfigsetOf } from '../../shards/solr/solr-engine.ts'
import { snapshotRules } from './snapshot-rules.ts'

let solr: TestSolr
let home: string

/** What Solr lets snapshots lie in without being told. */
async function open(server: 'solr' | 'solrcloud') {
  solr = await testSolr(server)
  home = dirname((await systemOf(solr)).configsets)
  if (server === 'solr') await layConfigsetOf(solr, 'main')
  return { engine: 'solr', urls: [solr.url], index: solr.prefix, snapshots: home }
}

async function close() {
  await solr?.drop()
  const own = existsSync(home ?? '') ? readdirSync(home).filter((name) => name.includes(solr.prefix)) : []
  for (const name of own) rmSync(join(home, name), { recursive: true })
}

snapshotRules('Solr', {
  open: () => open('solr'),
  lose: async (shard) => {
    await done(solr, `GET /admin/cores?action=UNLOAD&core=${solr.prefix}_${shard}&deleteInstanceDir=true`)
  },
  taken: /Snapshot directory already exists/,
  unknown: /_1: there is no snapshot \S+_1-day-0 in /,
  close,
})

// takes minutes, like those of OpenSearch
if (process.env.SLIP_TEST_SOAK === '1') {
  snapshotRules('SolrCloud', {
    open: () => open('solrcloud'),
    lose: async () => {
      await done(solr, `GET /admin/collections?action=DELETE&name=${solr.prefix}`)
    },
    taken: /there is a snapshot \S+-day-1 in \S+ already/,
    unknown: /RESTORE of .* failed: /,
    close,
  })
}
