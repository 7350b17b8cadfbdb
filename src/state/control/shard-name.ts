/** A shard of a target. */
export interface ShardName {
  readonly target: string
  readonly shard: number
}

/** As people, pauses and breakers name it: TARGET/N. */
export const shardText = ({ target, shard }: ShardName): string => `${target}/${shard}`

/** What such a text names. No name of a target has a `/`. */
export function parseShard(text: string): ShardName {
  const [target = '', shard] = text.split('/')
  return { target, shard: Number(shard) }
}
