import type { Config } from '../config/load.ts'
import { openTargetEngine } from '../daemon/engines.ts'
import { targetOf } from '../daemon/targets.ts'
import { SlipError } from '../errors/slip-error.ts'
import { applyTarget, listTargets, type Target } from '../state/control/target.ts'
import type { State } from '../state/open-state.ts'

export interface Applied {
  readonly target: string
  /** Key by key what the database said before and says now; empty = nothing to do. */
  readonly changes: readonly {
    readonly key: string
    readonly from: string | number | null
    readonly to: string | number
  }[]
}

const keys = ['engine', 'schemaVersion', 'shards', 'lease', 'overlap'] as const
const fixed: readonly string[] = ['engine', 'shards']

/**
 * Makes the index of each target of the configuration where it is missing, and writes slip_target: the only way it is
 * written. Throws TARGET_MISMATCH for a change of engine or shards: items keep their shard for life, another number of
 * shards is another target.
 */
export async function applyTargets(config: Config, state: State): Promise<Applied[]> {
  const known = new Map((await listTargets(state.db)).map((target) => [target.name, target]))
  const applied: Applied[] = []
  for (const [name, settings] of Object.entries(config.targets)) {
    const wanted = targetOf(name, settings)
    const changes = changesOf(known.get(name), wanted)
    assertAllowed(name, known.has(name), changes)
    const { engine, close } = await openTargetEngine(config, state, name)
    try {
      await engine.create(wanted.shards)
    } finally {
      await close()
    }
    await state.db.transaction((tx) => applyTarget(tx, wanted))
    applied.push({ target: name, changes })
  }
  return applied
}

function changesOf(known: Target | undefined, wanted: Target): Applied['changes'] {
  return keys
    .filter((key) => known?.[key] !== wanted[key])
    .map((key) => ({ key, from: known?.[key] ?? null, to: wanted[key] }))
}

function assertAllowed(name: string, exists: boolean, changes: Applied['changes']): void {
  const refused = exists ? changes.find(({ key }) => fixed.includes(key)) : undefined
  if (refused === undefined) return
  const key = `targets.${name}.${refused.key}`
  const message = `${key} is ${refused.to} here and ${refused.from} in the database, and cannot change: make a new target`
  throw new SlipError('TARGET_MISMATCH', message, { place: { key } })
}
