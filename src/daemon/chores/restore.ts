import type { Config } from '../../config/load.ts'
import type { EventBus } from '../../events/bus.ts'
import type { Pair } from '../restore/differences.ts'
import type { Chore } from './chore.ts'
import { commitChore } from './commit.ts'
import { compareChore } from './compare.ts'
import { fullChore } from './full.ts'
import { markerChore } from './marker.ts'
import { purgeChore } from './purge.ts'
import { scanChore } from './scan.ts'

/** What slip-index does for a target so that it is seen and not overfilled, and a restore of either side noticed and healed. */
export function restoreChores(pair: Pair, { targets }: Config, bus: EventBus): Chore[] {
  const settings = targets[pair.target.name]
  if (settings === undefined) return []
  const { commit, scan, full, lease } = settings
  const visible = 'visible' in commit ? commit.visible : 0
  const commits = 'by' in commit && commit.by === 'slip' ? [commitChore(pair, visible)] : []
  return [
    ...commits,
    fullChore(pair, full, bus),
    compareChore(pair, bus, Math.max(visible, 60_000)),
    markerChore(pair, bus, commit.durable),
    scanChore(pair, scan, bus),
    purgeChore(pair, bus, lease, visible),
  ]
}
