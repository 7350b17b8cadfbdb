import { SlipError } from '../../errors/slip-error.ts'
import { aliasesShape } from './aliases.ts'
import { shardAlias, shardIndex } from './names.ts'
import type { BulkItem } from './outcomes.ts'
import { ask, type Server } from './server.ts'

/**
 * Before the first write to a shard, the first after one that failed, and the first after the engine was asked whether it
 * answers, as it is before each claim: does its alias lead to the index that the schema of this release makes? In one of
 * another schema documents would stand that this release finds otherwise, or not at all. That there is none the write itself
 * is told.
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

/** The index that took what was sent to a shard, where it is not that of the shard: its alias leads elsewhere by now. */
export function foreignIndex({ index }: Server, shard: number, taken: readonly BulkItem[]): string | null {
  const ours = [shardAlias(index, shard), shardIndex(index, shard)]
  return taken.find(({ _index }) => _index !== undefined && !ours.includes(_index))?._index ?? null
}

export function otherSchema({ target, index, nodes }: Server, shard: number, leadsTo: string): SlipError {
  const alias = shardAlias(index, shard)
  const message = `${nodes.urls.join(', ')}: alias ${alias} leads to ${leadsTo}, which is of another schema; this release writes to ${shardIndex(index, shard)}`
  return new SlipError('ENGINE_UNAVAILABLE', message, { place: { target, shard } })
}
