import type { Reach } from '../engine.ts'
import { acknowledged } from './answers.ts'
import { type Core, NoCore } from './core.ts'
import type { Cores } from './cores.ts'
import { askCore, askShard, jsonBody } from './request.ts'

/** How often another leads when a shard has been committed. */
const mostLeaders = 5

/**
 * See Engine.commit; `kept` = on disk, and searches need not see it. Only the shard's own core and its replicas: of a collection
 * Solr would commit all shards, and each has its own time.
 *
 * A core that leads no more answers to a commit that all is well, and does nothing. So the cluster is asked afterwards who
 * leads. Of a shard one commit is under way at a time: two would do the same work twice, and open searchers side by side.
 *
 * Replicas of type TLOG and PULL copy what is on the leader's disk, and never see what a soft commit shows.
 */
export function commitShard(cores: Cores, shard: number, reach: Reach | 'kept'): Promise<void> {
  return cores.turns.take(shard, () => commitLeader(cores, shard, reach))
}

async function commitLeader(cores: Cores, shard: number, reach: Reach | 'kept'): Promise<void> {
  for (let leaders = 1; leaders <= mostLeaders; leaders++) {
    const core = await askShard(cores, shard, async (one) => {
      await askCore(one, { path: pathOf(one, reach), ...jsonBody([]) }, acknowledged)
      return one
    })
    if (core.route === null) return
    cores.forget(shard)
    const leader = await cores.of(shard)
    // a replica that was added since may ask for another commit
    if (leader.node === core.node && leader.name === core.name && pathOf(leader, reach) === pathOf(core, reach)) return
  }
  const at = cores.nodes.urls.join(', ')
  throw new NoCore(
    `${at}: another core of shard ${shard} of collection ${cores.index} leads each time that it is committed`,
  )
}

function pathOf({ hasFollowers }: Core, reach: Reach | 'kept'): string {
  const how = { visible: hasFollowers ? '' : '&softCommit=true', durable: '', kept: '&openSearcher=false' }[reach]
  return `/update?commit=true${how}&commit_end_point=leaders&wt=json`
}
