import type { Settings } from '../../config/schema.ts'
import { groupErrors } from '../../state/statistics/error-groups.ts'
import { rollUp } from '../../state/statistics/roll-up.ts'
import { takeSample } from '../../state/statistics/sample.ts'
import type { Chore } from './chore.ts'

/** The sampler: the only one that counts. What the workers did is rolled up first, so that the sample holds it. */
export function sampleChores({ queue, ledger }: Settings['statistics']): Chore[] {
  return [
    {
      name: 'sample',
      periodMs: queue,
      work: async (tx) => (await rollUp(tx)) + (await takeSample(tx, 'quick')) + (await groupErrors(tx)),
    },
    { name: 'sample:ledger', periodMs: ledger, work: (tx) => takeSample(tx, 'ledger') },
  ]
}
