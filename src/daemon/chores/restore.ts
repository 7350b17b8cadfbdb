import type { Config } from '../../config/load.ts'
import type { EventBus } from '../../events/bus.ts'
import type { Pair } from '../restore/differences.ts'
import type { Chore } from './chore.ts'
import { compareChore } from './compare.ts'
import { markerChore } from './marker.ts'
import { scanChore } from './scan.ts'

/** What slip-index does for a target so that a restore of either side is noticed, and healed. */
export function restoreChores(pair: Pair, { targets }: Config, bus: EventBus): Chore[] {
  const settings = targets[pair.target.name]
  const scan = settings === undefined ? [] : [scanChore(pair, settings.scan, bus)]
  return [compareChore(pair, bus), markerChore(pair), ...scan]
}
