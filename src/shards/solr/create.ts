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
 * @throws ENGINE_CONFIGSET_MISSING; ENGINE_INDEX_UNFIT when a core is there that was made otherwise, or cannot be made;
 * SolrRefusal, NotUnderstood or HttpFault
 */
export async function createIndex(cores: Cores, chains: Chains, options: SolrOptions, shards: number): Promise<void> {
  const { target } = options
  try {
    if (await cores.isCloud()) await createCollection(cores.nodes, chains, options, shards)
    else await createCores(cores.nodes.all, chains, options, shards)
    cores.forget()
    for (let shard = 1; shard <= shards; shard++) await assertOwn(cores, chains, shard)
  } catch (error) {
    if (!isStatus(error, 400, 500)) throw error
    throw unfit(error, target, isOtherSchema(error) ? ': it was made for another target or schema' : '')
  }
}

/** A core that does not know the chain would refuse every document. */
async function assertOwn(cores: Cores, { strict }: Chains, shard: number): Promise<void> {
  const asked = { path: `/update?${new URLSearchParams({ 'update.chain': strict, wt: 'json' })}`, ...jsonBody([]) }
  await askShard(cores, shard, (core) => askCore(core, asked))
}

const unfit = (error: SolrRefusal, target: string, meaning: string): SlipError =>
  new SlipError('ENGINE_INDEX_UNFIT', sentenceOf(error) + meaning, { place: { target }, cause: error })
