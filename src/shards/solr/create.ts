import { SlipError } from '../../errors/slip-error.ts'
import { isStatus, type SolrRefusal, sentenceOf } from './answers.ts'
import type { Chains } from './chains.ts'
import type { Cores } from './cores.ts'
import { createCollection } from './create-collection.ts'
import { createCores } from './create-cores.ts'
import type { SolrOptions } from './options.ts'
import { askCore, askShard, isOtherSchema, jsonBody } from './request.ts'

/**
 * Makes what is missing of the index for shards 1…N. Safe to run at the same time from several processes.
 *
 * @throws ENGINE_KIND_DIFFERS; ENGINE_CONFIGSET_MISSING; ENGINE_INDEX_UNFIT when a core is there that was made otherwise, or cannot be made;
 * SolrRefusal, NotUnderstood or HttpFault
 */
export async function createIndex(cores: Cores, chains: Chains, options: SolrOptions, shards: number): Promise<void> {
  const { target } = options
  const isCloud = await isSolrCloud(cores, target)
  try {
    if (isCloud) await createCollection(cores.nodes, chains, options, shards)
    else await createCores(cores.nodes.all, chains, options, shards)
    cores.forget()
    for (let shard = 1; shard <= shards; shard++) await assertOwn(cores, chains, shard)
  } catch (error) {
    if (!isStatus(error, 400, 500)) throw error
    throw new SlipError('ENGINE_INDEX_UNFIT', sentenceOf(error) + meaningOf(error), { place: { target }, cause: error })
  }
}

async function isSolrCloud(cores: Cores, target: string): Promise<boolean> {
  try {
    return await cores.isCloud()
  } catch (error) {
    if (!isStatus(error, 400, 404, 405)) throw error
    const message = `targets.${target}.engine is solr, and what is asked there is none, or its URL lacks /solr: ${sentenceOf(error)}`
    throw new SlipError('ENGINE_KIND_DIFFERS', message, { place: { target }, cause: error })
  }
}

function meaningOf(error: SolrRefusal): string {
  if (isOtherSchema(error)) return ': it was made for another target or schema'
  return /icu/i.test(error.words) ? '; Solr needs its module analysis-extras: SOLR_MODULES=analysis-extras' : ''
}

/** A core that does not know the chain would refuse every document. */
async function assertOwn(cores: Cores, { strict }: Chains, shard: number): Promise<void> {
  const asked = { path: `/update?${new URLSearchParams({ 'update.chain': strict, wt: 'json' })}`, ...jsonBody([]) }
  await askShard(cores, shard, (core) => askCore(core, asked))
}
