import { schemaDescription } from '../schema/description.ts'
import { openSearchMapping, openSearchVisible } from '../schema/open-search-mapping.ts'
import { shardAlias, shardIndex } from './names.ts'

/** The aliases of the index of a shard: the one it is read and written by, and the one searchers ask, with its filter. */
export const shardAliases = (index: string, shard: number): Readonly<Record<string, object>> => ({
  [shardAlias(index, shard)]: {},
  [index]: { filter: openSearchVisible(schemaDescription) },
})

/** The body of the request that makes the index of a shard. */
export const shardBody = (index: string, shard: number): object => ({
  aliases: shardAliases(index, shard),
  ...openSearchMapping(schemaDescription),
})

/** An index as it is made: PUT /NAME with this body. */
export interface ShardIndex {
  readonly name: string
  readonly body: object
}

/** The indices of shards 1…N of a target. */
export const shardIndices = (index: string, shards: number): ShardIndex[] =>
  Array.from({ length: shards }, (_, at) => ({ name: shardIndex(index, at + 1), body: shardBody(index, at + 1) }))
