import { schemaDescription, schemaDigest } from '../schema/description.ts'

const digest = schemaDigest(schemaDescription)

/** The alias by which SLIP reads and writes a shard. */
export const shardAlias = (index: string, shard: number): string => `${index}_${shard}`

/** The index of a shard; its name tells what schema it was made of. */
export const shardIndex = (index: string, shard: number): string => `${shardAlias(index, shard)}_${digest}`

/** The shard of the index of that name; null when it is none of `index` and this schema. */
export function shardOf(index: string, name: string): number | null {
  const shard = Number(name.slice(index.length + 1, -digest.length - 1))
  return Number.isInteger(shard) && name === shardIndex(index, shard) ? shard : null
}
