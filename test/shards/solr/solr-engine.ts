import type { Engine } from '../../../src/shards/engine.ts'
import { openEngine } from '../../../src/shards/open-engine.ts'
import { schemaDescription } from '../../../src/shards/schema/description.ts'
import { updateChain } from '../../../src/shards/schema/solr-config.ts'
import { solrConfigset } from '../../../src/shards/schema/solr-configset.ts'
import type { SolrOptions } from '../../../src/shards/solr/options.ts'
import type { Matches } from '../../chaos/http-proxy.ts'
import { layConfigset } from '../../services/solr/configset.ts'

/** Does not connect yet; target and index have one name. */
export const solrEngine = (url: string, name: string, options: Partial<SolrOptions> = {}): Engine =>
  openEngine('solr', {
    ...{
      urls: [url],
      target: name,
      index: name,
      shards: 2,
      replicas: 1,
      minReplicas: 1,
      compress: false,
      timeout: 60_000,
    },
    ...options,
  })

/** The configset of a target, and so what its update chain is called. */
export const configsetOf = (target: string): string => updateChain(schemaDescription, target)

/**
 * Of documents or removals, not of a marker. A commit, or the question whether a core is ours, has an empty list for a
 * body, short or with blanks in it.
 */
export const isSolrWrite: Matches = ({ path, body }) =>
  path.includes('/update?update.chain=') && !path.includes('-marker&') && body.length > 2 && body[1] !== 0x20

/** Lays the configset of a target on servers that stand alone, as an administrator does. */
export const layConfigsetOf = (solr: Parameters<typeof layConfigset>[0], target: string): Promise<void> =>
  layConfigset(solr, configsetOf(target), solrConfigset(target))
