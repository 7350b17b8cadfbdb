import { SlipError } from '../../errors/slip-error.ts'
import type { HttpNodes } from '../http/nodes.ts'
import { solrConfigset } from '../schema/solr-configset.ts'
import { shardNumbers } from '../shard-numbers.ts'
import { acknowledged, contentOf, isStatus } from './answers.ts'
import type { Chains } from './chains.ts'
import { type Collection, collectionOf, namedShard } from './collection.ts'
import type { SolrOptions } from './options.ts'

/**
 * Makes the collection of an index, or the named shards it lacks, of a configset that is uploaded where the cluster has
 * none of that name.
 */
export async function createCollection(
  nodes: HttpNodes,
  { strict: configset }: Chains,
  options: SolrOptions,
  shards: number,
): Promise<void> {
  const { index, target, replicas } = options
  const names = shardNumbers(shards).map(namedShard)
  const collections = (action: string, parameters: Record<string, string>) =>
    administer(nodes, `/admin/collections?${new URLSearchParams({ action, ...parameters, wt: 'json' })}`)
  const found = await collectionOf(nodes, index)
  if (found === null) {
    await uploadConfigset(nodes, configset, target)
    await collections('CREATE', {
      name: index,
      'router.name': 'implicit',
      shards: names.join(),
      replicationFactor: String(replicas),
      'collection.configName': configset,
      waitForFinalState: 'true',
    }).catch(unlessThere)
    return
  }
  assertOwn(found.collection, { index, configset, target, at: nodes.urls.join(', ') })
  for (const shard of names.filter((name) => !(name in found.collection.shards)))
    await collections('CREATESHARD', { collection: index, shard, waitForFinalState: 'true' }).catch(unlessThere)
}

/** A file that is there already stays: an administrator may have changed it. */
async function uploadConfigset(nodes: HttpNodes, name: string, target: string): Promise<void> {
  for (const [filePath, text] of Object.entries(solrConfigset(target))) {
    const parameters = new URLSearchParams({ action: 'UPLOAD', name, filePath, overwrite: 'false', wt: 'json' })
    await administer(nodes, `/admin/configs?${parameters}`, Buffer.from(text)).catch(unlessThere)
  }
}

/** What a request about the cluster takes: all replicas of a new collection must be there. */
const patienceMs = 180_000

async function administer(nodes: HttpNodes, path: string, file?: Buffer): Promise<void> {
  const upload = file === undefined ? {} : { body: file, type: 'application/octet-stream' }
  contentOf(await nodes.request({ method: 'POST', path, headersMs: patienceMs, ...upload }), acknowledged)
}

/** Another process was first. */
function unlessThere(error: unknown): void {
  if (!isStatus(error, 400) || !/already exists/i.test(error.words)) throw error
}

function assertOwn(
  { configName, router }: Collection,
  { index, configset, target, at }: Readonly<Record<'index' | 'configset' | 'target' | 'at', string>>,
): void {
  const is = router.name === 'implicit' ? `made of configset ${configName}` : `divided by router ${router.name}`
  if (router.name === 'implicit' && configName === configset) return
  const message = `${at}: collection ${index} is ${is}; it must be of ${configset}, with router implicit`
  throw new SlipError('ENGINE_INDEX_UNFIT', message, { place: { target } })
}
