import type { Settings } from '../../config/schema.ts'
import { groupErrors } from '../../state/statistics/error-groups.ts'
import { rollUp } from '../../state/statistics/roll-up.ts'
import { takeSample } from '../../state/statistics/sample.ts'
import type { Chore } from './chore.ts'

/**
 * The sampler: the only one that counts. What the workers did is rolled up first, so that the sample holds it, and by itself:
 * the counters of all workers are locked until that is committed, and counting a queue of millions takes long.
 */
export function sampleChores({ queue, ledger }: Settings['statistics']): Chore[] {
  return [
    { name: 'roll-up', periodMs: queue, work: rollUp },
    {
      name: 'sample',
      periodMs: queue,
      isLong: true,
      work: async (tx) => (await groupErrors(tx)) + (await takeSample(tx, 'quick')),
    },
    { name: 'sample:ledger', periodMs: ledger, isLong: true, work: (tx) => takeSample(tx, 'ledger') },
  ]
}
