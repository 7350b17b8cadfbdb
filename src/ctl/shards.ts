import { suggestion } from '../errors/nearest.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Connection } from '../state/connection.ts'
import type { Before } from '../state/control/lock-shard.ts'
import { parseShard, type ShardName, shardText } from '../state/control/shard-name.ts'
import { listShards, listTargets } from '../state/control/target.ts'
import { note } from './print.ts'

/** `TARGET/N` of every shard the database knows. */
export async function shardNames(db: Connection): Promise<string[]> {
  const names: string[] = []
  for (const { name } of await listTargets(db))
    names.push(...(await listShards(db, name)).map(({ shard }) => shardText({ target: name, shard })))
  return names
}

/** The shards a person named, each once, in the order in which rows are locked. Throws USAGE with the nearest there is. */
export async function knownShards(db: Connection, texts: readonly string[]): Promise<ShardName[]> {
  const known = await shardNames(db)
  for (const text of texts) {
    if (known.includes(text)) continue
    const names = known.length === 0 ? 'there is none yet' : `known: ${known.join(', ')}`
    throw new SlipError('USAGE', `there is no shard ${text}${suggestion(text, known)}; ${names}`)
  }
  return known.filter((name) => texts.includes(name)).map(parseShard)
}

/** What `--json` prints of a shard that was changed. */
export const changeOf = (name: ShardName, before: Before, now: object) => ({
  ...name,
  ...now,
  changed: before.changed,
  before: { state: before.state, weight: before.weight, reason: before.reason },
})

/** Says so where no shard of a target takes new items any more. */
export async function tellUndrawable(db: Connection, names: readonly ShardName[]): Promise<void> {
  for (const target of new Set(names.map((name) => name.target))) {
    const shards = await listShards(db, target)
    if (!shards.some(({ state, weight }) => state === 'open' && weight > 0))
      note(`${target}: no shard is open and has a weight; new items wait in the queue`)
  }
}
