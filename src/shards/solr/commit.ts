import type { Reach } from '../engine.ts'
import { acknowledged } from './answers.ts'
import type { Cores } from './cores.ts'
import { askCore, askShard, jsonBody } from './request.ts'

/**
 * See Engine.commit. Only the shard's own core and its replicas: of a collection Solr would commit all shards, and each
 * has its own time.
 */
export async function commitShard(cores: Cores, shard: number, reach: Reach): Promise<void> {
  const how = reach === 'visible' ? '&softCommit=true' : ''
  const path = `/update?commit=true${how}&commit_end_point=leaders&wt=json`
  await askShard(cores, shard, (core) => askCore(core, { path, ...jsonBody([]) }, acknowledged))
}
