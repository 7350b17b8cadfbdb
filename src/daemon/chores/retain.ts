import type { Settings } from '../../config/schema.ts'
import { type Aged, retain } from '../../state/statistics/retain.ts'
import type { Chore } from './chore.ts'

const limit = 1_000

/** What has been kept long enough goes, a chore for each kind, so that a long one holds no other up. */
export function retainChores(retention: Settings['retention']): Chore[] {
  const chore = (what: Aged): Chore => ({
    name: `retain:${what}`,
    periodMs: 60_000,
    later: true,
    work: (tx) => retain(tx, what, retention[what], limit),
  })
  return (['samples', 'watermarks', 'workers', 'dailyStats'] as const).map(chore)
}
