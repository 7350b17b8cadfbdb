import { type Comparison, compareShards, type Finding, recordFindings } from '../daemon/restore/compare-shards.ts'
import type { Pair } from '../daemon/restore/differences.ts'
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

/** A shard that lacks what it was sent. One that is `ahead` as well must be adopted before it can be repaired. */
type Lacking = Setback & { readonly isAhead: boolean }

/** The shards of a target that lack what they were sent, as the tables say, and a comparison that is not written down. */
export async function setbacks(db: Database, target: string, findings: readonly Finding[] = []): Promise<Lacking[]> {
  const states = await shardStates(db, target)
  return states.flatMap(({ shard, state, behindFrom, since }) => {
    const found = findings.find((finding) => finding.shard === shard)
    const from = found?.kind === 'behind' ? Math.min(found.from, behindFrom ?? found.from) : behindFrom
    return from === null ? [] : [{ shard, from, since, isAhead: state === 'ahead' || found?.kind === 'ahead' }]
  })
}

/**
 * As setbacks, once the shards are compared with the tables: what was set back a moment ago no slip-index has noticed yet.
 * Of shards that do not answer, which are `away`, it is what the tables say. A dry run writes nothing of it down.
 */
export async function findSetbacks(
  { db, engine, target }: Pair,
  { dryRun }: Pick<RepairOptions, 'dryRun'>,
): Promise<{ readonly found: readonly Lacking[]; readonly away: Comparison['away'] }> {
  const { findings, away } = await compareShards({ db, engine, target })
  if (!dryRun) await db.transaction((tx) => recordFindings(tx, target.name, findings))
  return { found: await setbacks(db, target.name, dryRun ? findings : []), away }
}

/**
 * Requests all that shards of a target lack, in one pass over its ledger, and then takes each for whole. Broken off, it is
 * simply done again.
 */
export async function repair(
  db: Database,
  target: string,
  found: readonly Setback[],
  { lane, dryRun, onPage }: RepairOptions,
): Promise<Repaired[]> {
  if (found.length === 0) return []
  const requested = new Map<number, number>()
  const count = (shard: number, items: number) => requested.set(shard, (requested.get(shard) ?? 0) + items)
  for (const { shard } of dryRun ? [] : found)
    count(shard, await db.transaction((tx) => repairClaimed(tx, target, shard, lane)))
  let items = 0
  for (let after: string | null = ''; after !== null; ) {
    const place: { after: string; size: number; lane: typeof lane | null } = {
      after,
      size: pageSize,
      lane: dryRun ? null : lane,
    }
    const page = await db.transaction((tx) => repairPage(tx, target, found, place))
    for (const [shard, some] of page.requested) count(shard, some)
    items += page.read
    onPage?.(items)
    after = page.after
  }
  const repaired: Repaired[] = []
  for (const { shard, from, since } of found) {
    const whole = dryRun || (await db.transaction((tx) => setRepaired(tx, target, shard, since)))
    repaired.push({ shard, from, requested: requested.get(shard) ?? 0, whole })
  }
  return repaired
}
