import type { Database } from '../state/connection.ts'
import { repairClaimed, repairPage, type Setback } from '../state/restore/repair.ts'
import { setRepaired, shardStates } from '../state/restore/shard-state.ts'

export interface RepairOptions {
  readonly lane: 'ops' | 'bulk'
  /** Counts and writes nothing. */
  readonly dryRun: boolean
  readonly onPage?: (items: number) => void
}

export interface Repaired {
  readonly shard: number
  /** Microseconds since 1970 from which on the shard lacked what it was sent; 0 = everything. */
  readonly from: number
  readonly requested: number
  /** False when it was set back again meanwhile: run it again. */
  readonly whole: boolean
}

const pageSize = 1_000

/** The shards of a target that lack what they were sent; `ahead` ones must be adopted before they can be repaired. */
export async function setbacks(db: Database, target: string): Promise<(Setback & { readonly isAhead: boolean })[]> {
  const states = await shardStates(db, target)
  return states.flatMap(({ shard, state, behindFrom, since }) =>
    behindFrom === null ? [] : [{ target, shard, from: behindFrom, since, isAhead: state === 'ahead' }],
  )
}

/** Requests all that a shard lacks and then takes it for whole. Broken off, it is simply done again. */
export async function repair(db: Database, setback: Setback, options: RepairOptions): Promise<Repaired> {
  const { target, shard, from, since } = setback
  const { lane, dryRun, onPage } = options
  let requested = dryRun ? 0 : await db.transaction((tx) => repairClaimed(tx, setback, lane))
  let items = 0
  for (let after: string | null = ''; after !== null; ) {
    const place: { after: string; size: number } = { after, size: pageSize }
    const page = await db.transaction((tx) => repairPage(tx, setback, place, dryRun ? null : lane))
    requested += page.requested
    items += page.read
    onPage?.(items)
    after = page.after
  }
  const whole = dryRun || (await db.transaction((tx) => setRepaired(tx, target, shard, since)))
  return { shard, from, requested, whole }
}
