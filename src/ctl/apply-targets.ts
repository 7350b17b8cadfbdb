import type { Config } from '../config/load.ts'
import { openTargetEngine } from '../daemon/engines.ts'
import { targetOf } from '../daemon/targets.ts'
import { SlipError } from '../errors/slip-error.ts'
import { applyTarget, type KnownTarget, listTargets, type Target } from '../state/control/target.ts'
import type { State } from '../state/open-state.ts'
import { duration } from './units.ts'

export interface Change {
  readonly key: string
  /** What the database said; null for a target it did not know. Durations with their unit. */
  readonly from: string | number | null
  readonly to: string | number
}

export interface Applied {
  readonly target: string
  readonly new: boolean
  /** Key by key; empty = nothing to do. */
  readonly changes: readonly Change[]
}

const keys = ['engine', 'schemaVersion', 'shards', 'lease', 'overlap'] as const
/** Items keep their shard for life, and an index its fields: with another of these it is another target. */
const forLife: readonly string[] = ['engine', 'schemaVersion', 'shards']

/**
 * Makes the index of each target of the configuration where it is missing, and writes slip_target: the only way it is
 * written. Throws TARGET_FOR_LIFE, or TARGET_MISMATCH for one that is being retired, before anything is applied.
 */
export async function applyTargets(config: Config, state: State): Promise<Applied[]> {
  const known = new Map((await listTargets(state.db)).map((target) => [target.name, target]))
  const wanted = Object.entries(config.targets).map(([name, settings]) => targetOf(name, settings))
  for (const target of wanted) assertAllowed(target, known.get(target.name), config.file)
  const applied: Applied[] = []
  for (const target of wanted) {
    const { engine, close } = await openTargetEngine(config, state, target.name)
    try {
      await engine.create(target.shards)
    } finally {
      await close()
    }
    await state.db.transaction((tx) => applyTarget(tx, target))
    const found = known.get(target.name)
    applied.push({ target: target.name, new: found === undefined, changes: changesOf(found, target) })
  }
  return applied
}

/** The keys in which the configuration differs from the database. */
export function changesOf(known: Target | undefined, wanted: Target): Change[] {
  return keys
    .filter((key) => known?.[key] !== wanted[key])
    .map((key) => ({ key, from: known === undefined ? null : shownValue(known, key), to: shownValue(wanted, key) }))
}

const shownValue = (target: Target, key: (typeof keys)[number]) =>
  key === 'lease' || key === 'overlap' ? duration(target[key]) : target[key]

/** Throws TARGET_FOR_LIFE, or TARGET_MISMATCH for one that is being retired: its index is made as it was applied, or not. */
export async function assertAsApplied(config: Config, { db }: State, wanted: Target): Promise<void> {
  const known = (await listTargets(db)).find(({ name }) => name === wanted.name)
  assertAllowed(wanted, known, config.file)
}

function assertAllowed(wanted: Target, known: KnownTarget | undefined, file: string): void {
  if (known?.state === 'retiring') {
    const key = `targets.${wanted.name}`
    const message = `${key} is being retired; nothing was done. Take it out, or wait until it is gone from slipctl targets list`
    throw new SlipError('TARGET_MISMATCH', message, { place: { key, file } })
  }
  const refused = known && changesOf(known, wanted).find(({ key }) => forLife.includes(key))
  if (!refused) return
  const key = `targets.${wanted.name}.${refused.key}`
  const message = `${key} is ${refused.to} here and ${refused.from} in the database, for life; nothing was done`
  throw new SlipError('TARGET_FOR_LIFE', message, { place: { key, file } })
}
