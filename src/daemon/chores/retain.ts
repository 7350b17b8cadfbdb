import type { Settings } from '../../config/schema.ts'
import { type Aged, retain } from '../../state/statistics/retain.ts'
import type { Chore } from './chore.ts'

const limit = 1_000

/**
 * What has been kept long enough goes, a chore for each kind, so that a long one holds no other up. What is suspended
 * stays as long as those who would try it: a host that is gone is gone in both tables.
 */
export function retainChores(retention: Settings['retention']): Chore[] {
  const { samples, watermarks, workers, dailyStats } = retention
  const keptMs = { samples, watermarks, workers, breakers: workers, dailyStats } satisfies Record<Aged, number>
  return Object.entries(keptMs).map(([what, olderThanMs]) => ({
    name: `retain:${what}`,
    periodMs: 60_000,
    later: true,
    work: (tx) => retain(tx, what as Aged, olderThanMs, limit),
  }))
}
