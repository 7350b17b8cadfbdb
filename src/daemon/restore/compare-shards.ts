import { asSlipError, type SlipError } from '../../errors/slip-error.ts'
import type { Connection } from '../../state/connection.ts'
import { unknownOf } from '../../state/restore/known-fence.ts'
import { type ShardState, setAhead, setBehind, shardStates, type Unknown } from '../../state/restore/shard-state.ts'
import type { Pair } from './differences.ts'

/** A shard that was found to be newer or older than the database. */
export type Finding =
  | ({ readonly kind: 'ahead' } & Unknown)
  | { readonly kind: 'behind'; readonly shard: number; readonly from: number; readonly reason: string }

export interface Comparison {
  readonly findings: readonly Finding[]
  /** Shards that did not answer, which keeps no other from being compared. */
  readonly away: ReadonlyMap<number, SlipError>
}

/** Compares shards of a target with what the database knows of them; a few reads by key a shard. */
export async function compareShards(
  pair: Pair,
  isWanted: (shard: number) => boolean = () => true,
): Promise<Comparison> {
  const findings: Finding[] = []
  const away = new Map<number, SlipError>()
  // of durable_at the database must be read first, of marker and fence the engine: what is written in between is then no finding
  for (const state of await shardStates(pair.db, pair.target.name)) {
    if (!isWanted(state.shard)) continue
    try {
      const finding = await compareShard(pair, state)
      if (finding !== null) findings.push(finding)
    } catch (thrown) {
      const error = asSlipError(thrown)
      if (error.code !== 'ENGINE_UNAVAILABLE') throw error
      away.set(state.shard, error)
    }
  }
  return { findings, away }
}

async function compareShard({ db, engine, target }: Pair, state: ShardState): Promise<Finding | null> {
  const { shard } = state
  // first what makes an engine find out who leads the shard: who led it before may hold an older marker than it has
  const highest = await engine.highestFence(shard)
  const marker = await engine.marker(shard)
  const unknown = await unknownOf(db, target.name, { shard, highest, marker })
  if (unknown !== null) return { kind: 'ahead', ...unknown }
  return isSetBack(state, marker) ? setback(shard, marker) : null
}

/** The shard surely had a newer marker. */
export const isSetBack = ({ durableAt }: ShardState, marker: number | null): boolean =>
  durableAt !== null && (marker ?? 0) < durableAt

const setback = (shard: number, marker: number | null): Finding => ({
  kind: 'behind',
  shard,
  from: marker ?? 0,
  reason:
    marker === null
      ? 'the shard was emptied: it has no marker any more'
      : `the shard was set back: its marker is of ${new Date(Math.floor(marker / 1000)).toISOString()}`,
})

/** Writes findings into slip_shard; returns those that were new. */
export async function recordFindings(tx: Connection, target: string, findings: readonly Finding[]): Promise<Finding[]> {
  const fresh: Finding[] = []
  for (const finding of findings) {
    const isNew = finding.kind === 'ahead' ? await setAhead(tx, target, finding) : await setBehind(tx, target, finding)
    if (isNew) fresh.push(finding)
  }
  return fresh
}
