import type { ShardSize } from '../engine.ts'
import { shardAlias } from './names.ts'
import { countHeld } from './scan.ts'
import { ask, type Server } from './server.ts'

/** A copy of the index of a shard; what is nowhere has no node and no size. */
interface Copy {
  readonly prirep: string
  readonly store: string | null
  readonly id: string | null
}

interface NodeStats {
  readonly nodes: Readonly<Record<string, { readonly fs: { readonly total: { readonly available_in_bytes: number } } }>>
}

/** See Engine.size. */
export async function sizeOf(server: Server, shard: number): Promise<ShardSize> {
  const documents = await countHeld(server, shard)
  const copies = await copiesOf(server, shard)
  const bytes = copies.find(({ prirep }) => prirep === 'p')?.store
  const nodes = [...new Set(copies.flatMap(({ id }) => (id === null ? [] : [id])))]
  return {
    documents,
    bytes: bytes === undefined || bytes === null ? null : Number(bytes),
    diskFree: nodes.length === 0 ? null : await leastFree(server, shard, nodes),
  }
}

function copiesOf(server: Server, shard: number): Promise<Copy[]> {
  const path = `/_cat/shards/${shardAlias(server.index, shard)}?format=json&bytes=b&h=prirep,store,id`
  return ask<Copy[]>(server, { method: 'GET', path }, { has: 'length', shard })
}

async function leastFree(server: Server, shard: number, nodes: readonly string[]): Promise<number> {
  const path = `/_nodes/${nodes.join(',')}/stats/fs`
  const stats = await ask<NodeStats>(server, { method: 'GET', path }, { has: 'nodes', shard })
  return Math.min(...Object.values(stats.nodes).map(({ fs }) => fs.total.available_in_bytes))
}
