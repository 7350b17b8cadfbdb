import { SlipError } from '../../errors/slip-error.ts'
import { aliasesShape } from './aliases.ts'
import { shardAlias, shardIndex } from './names.ts'
import { ask, type Server } from './server.ts'

/**
 * Before the first write to a shard, and the first after one that failed: does its alias lead to the index that the schema of
 * this release makes? In one of another schema documents would stand that this release finds otherwise, or not at all. That
 * there is none the write itself is told.
 *
 * @throws ENGINE_UNAVAILABLE
 */
export async function assertOwnIndex(server: Server, shard: number): Promise<void> {
  if (server.owned.has(shard)) return
  const [alias, own] = [shardAlias(server.index, shard), shardIndex(server.index, shard)]
  const path = `/_cat/aliases/${alias}?format=json&h=alias,index`
  const found = await ask(server, { method: 'GET', path }, { shape: aliasesShape, isQuick: true, shard })
  const indices = found.map(({ index }) => index)
  if (indices.includes(own)) server.owned.add(shard)
  else if (indices.length > 0) throw otherSchema(server, shard, indices.join(', '))
}

/** What is written to it is asked for anew: its alias may lead elsewhere by now. */
export const forgetOwnIndex = ({ owned }: Server, shard: number): void => void owned.delete(shard)

function otherSchema({ target, index, nodes }: Server, shard: number, leadsTo: string): SlipError {
  const alias = shardAlias(index, shard)
  const message = `${nodes.urls.join(', ')}: alias ${alias} leads to ${leadsTo}, which is of another schema; this release writes to ${shardIndex(index, shard)}`
  return new SlipError('ENGINE_UNAVAILABLE', message, { place: { target, shard } })
}
