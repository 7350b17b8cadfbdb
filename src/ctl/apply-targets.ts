import type { Config } from '../config/load.ts'
import { openTargetEngine } from '../daemon/engines.ts'
import { targetOf } from '../daemon/targets.ts'
import { asSlipError, SlipError } from '../errors/slip-error.ts'
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

/** A target whose index could not be made; of it the database has what it had. */
export interface NotApplied {
  readonly target: string
  readonly error: SlipError
}

/**
 * Makes the index of each target of the configuration where it is missing, and writes slip_target: the only way it is
 * written. One whose index cannot be made keeps none from being applied. Throws TARGET_FOR_LIFE, or TARGET_MISMATCH for one
 * that is being retired, before anything is applied.
 */
export async function* applyEach(config: Config, state: State): AsyncGenerator<Applied | NotApplied> {
  const known = new Map((await listTargets(state.db)).map((target) => [target.name, target]))
  const wanted = Object.entries(config.targets).map(([name, settings]) => targetOf(name, settings))
  for (const target of wanted) assertAllowed(target, known.get(target.name), config.file)
  for (const target of wanted) {
    const failed = await createIndex(config, state, target).then(() => null, asSlipError)
    if (failed !== null) {
      yield { target: target.name, error: failed }
      continue
    }
    await state.db.transaction((tx) => applyTarget(tx, target))
    const found = known.get(target.name)
    yield { target: target.name, new: found === undefined, changes: changesOf(found, target) }
  }
}

/** The same, when all of them can be: throws the first error once each was tried. */
export async function applyTargets(config: Config, state: State): Promise<void> {
  const errors: SlipError[] = []
  for await (const each of applyEach(config, state)) if ('error' in each) errors.push(each.error)
  if (errors[0] !== undefined) throw errors[0]
}

async function createIndex(config: Config, state: State, { name, shards }: Target): Promise<void> {
  const { engine, close } = await openTargetEngine(config, state, name)
  try {
    await engine.create(shards)
  } finally {
    await close()
  }
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
