import { z } from 'zod'
import type { ShardSize } from '../engine.ts'
import { ifAllowed } from '../if-allowed.ts'
import { shardAlias } from './names.ts'
import { countHeld } from './scan.ts'
import { ask, type Server } from './server.ts'

/** A copy of the index of a shard; what is nowhere has no node and no size. */
const copiesShape = z.array(z.object({ prirep: z.string(), store: z.string().nullable(), id: z.string().nullable() }))

const statsShape = z.object({
  nodes: z.record(z.string(), z.object({ fs: z.object({ total: z.object({ available_in_bytes: z.number() }) }) })),
})

/** See Engine.size. Where the user may count documents and not look at disks, it has no more than their number. */
export async function sizeOf(server: Server, shard: number): Promise<ShardSize> {
  const documents = await countHeld(server, shard)
  const copies = (await ifAllowed(copiesOf(server, shard))) ?? []
  const bytes = copies.find(({ prirep }) => prirep === 'p')?.store
  const nodes = [...new Set(copies.flatMap(({ id }) => (id === null ? [] : [id])))]
  return {
    documents,
    bytes: bytes === undefined || bytes === null ? null : Number(bytes),
    diskFree: nodes.length === 0 ? null : await ifAllowed(leastFree(server, shard, nodes)),
  }
}

function copiesOf(server: Server, shard: number): Promise<z.infer<typeof copiesShape>> {
  const path = `/_cat/shards/${shardAlias(server.index, shard)}?format=json&bytes=b&h=prirep,store,id`
  return ask(server, { method: 'GET', path }, { shape: copiesShape, shard })
}

async function leastFree(server: Server, shard: number, nodes: readonly string[]): Promise<number> {
  const path = `/_nodes/${nodes.join(',')}/stats/fs`
  const stats = await ask(server, { method: 'GET', path }, { shape: statsShape, shard })
  return Math.min(...Object.values(stats.nodes).map(({ fs }) => fs.total.available_in_bytes))
}
