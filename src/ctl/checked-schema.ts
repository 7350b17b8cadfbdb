import { asSlipError } from '../errors/slip-error.ts'
import type { Engine } from '../shards/engine.ts'
import { differenceText, type LiveSchema, type Needs, type SchemaDifference } from '../shards/schema/difference.ts'
import { plural } from './units.ts'

/** Of one shard: what it is, or why it could not be asked. */
export type CheckedShard = { readonly shard: number } & (
  | LiveSchema
  | { readonly error: { code: string; message: string } }
)

/** Compares the shards of a target with the schema. One that is away keeps no other from being compared. */
export async function checkShards(engine: Engine, shards: number): Promise<CheckedShard[]> {
  const checked: CheckedShard[] = []
  for (let shard = 1; shard <= shards; shard++) {
    try {
      checked.push({ shard, ...(await engine.checkSchema(shard)) })
    } catch (thrown) {
      const error = asSlipError(thrown)
      if (error.class !== 'environment') throw error
      checked.push({ shard, error: { code: error.code, message: error.message } })
    }
  }
  return checked
}

/** Whether any could not be asked, and what the worst of the differences needs. */
export function verdictOf(shards: readonly CheckedShard[]): { readonly isAway: boolean; readonly worst: Needs } {
  const isAway = shards.some((shard) => 'error' in shard)
  return { isAway, worst: worstOf(shards.flatMap((shard) => ('differences' in shard ? shard.differences : []))) }
}

const worstOf = (differences: readonly SchemaDifference[]): Needs =>
  (['rebuild', 'reload'] as const).find((needs) => differences.some((each) => each.needs === needs)) ?? 'nothing'

const meanings: Readonly<Record<Needs, string>> = {
  rebuild: 'needs a rebuild',
  reload: 'needs a reload',
  nothing: 'harmless',
}

const remedies: Readonly<Record<Needs, string | null>> = {
  rebuild:
    'What needs a rebuild is what is indexed: fill a target of another name beside this one, as docs/operate.md says, then retire this one.',
  reload: 'What needs a reload is put right in the engine, as docs/schema.md says; what is indexed stays.',
  nothing: null,
}

/** Shard by shard, and what to do about the differences. */
export function checkedText(
  targets: readonly { readonly target: string; readonly shards: readonly CheckedShard[] }[],
): string {
  const lines = targets.flatMap(({ target, shards }) => shards.flatMap((shard) => shardLines(target, shard)))
  const remedy = remedies[verdictOf(targets.flatMap(({ shards }) => shards)).worst]
  return [...lines, ...(remedy === null ? [] : [remedy])].join('\n')
}

function shardLines(target: string, checked: CheckedShard): string[] {
  const name = `${target}/${checked.shard}`
  if ('error' in checked) return [`${name}: ${checked.error.code}: ${checked.error.message}`]
  const { place, differences } = checked
  if (differences.length === 0) return [`${name} ${place}: as the schema says`]
  return [
    `${name} ${place}: ${plural(differences.length, 'difference')}`,
    ...differences.map((difference) => `  ${differenceText(difference)} (${meanings[difference.needs]})`),
  ]
}
