import { type OnShard, snapshotFailed } from '../snapshot.ts'
import { isStatus, sentenceOf } from './answers.ts'
import type { Cores } from './cores.ts'
import type { SolrOptions } from './options.ts'
import { restoreCollection, snapshotCollection } from './snapshot-collection.ts'
import { assertSnapshot, restoreCore, snapshotCore } from './snapshot-core.ts'

interface Asked {
  readonly name: string
  readonly shards: number
  readonly onShard: OnShard
}

/** See Engine.snapshot. */
export async function snapshot(cores: Cores, options: SolrOptions, asked: Asked): Promise<void> {
  if (!(await cores.isCloud())) return eachShard(cores, options, asked, snapshotCore)
  await told(options, () => snapshotCollection(cores, options, asked))
}

/** See Engine.restore. */
export async function restore(cores: Cores, options: SolrOptions, asked: Asked): Promise<void> {
  if (!(await cores.isCloud())) {
    // none is touched before all are known to be there
    await eachShard(cores, options, { ...asked, onShard: () => {} }, assertSnapshot)
    return eachShard(cores, options, asked, restoreCore)
  }
  await told(options, () => restoreCollection(cores, options, asked))
}

/** One after another: each may read and write all that its disk can. */
async function eachShard(
  cores: Cores,
  options: SolrOptions,
  { name, shards, onShard }: Asked,
  work: typeof snapshotCore,
): Promise<void> {
  for (let shard = 1; shard <= shards; shard++) {
    await told(options, () => work(cores, { target: options.target, shard, name, location: options.snapshots }), shard)
    await onShard(shard)
  }
}

/** What Solr refuses it has been asked for wrongly, or is not set up for. */
async function told({ target }: Pick<SolrOptions, 'target'>, work: () => Promise<void>, shard?: number): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isStatus(error, 400, 500)) throw error
    throw snapshotFailed(sentenceOf(error), { target, ...(shard === undefined ? {} : { shard }) }, error)
  }
}
