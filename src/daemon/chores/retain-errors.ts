import type { Settings } from '../../config/schema.ts'
import { expireErrors } from '../../state/audit/expire-errors.ts'
import type { Chore } from './chore.ts'

const size = 2_000

/**
 * Walks through the errors for ever, a page a minute (three million a day), and deletes those kept long enough. Where it
 * is in that is known to this process only: who takes over begins anew, and misses nothing.
 */
export function retainErrorsChore({ errors: olderThanMs }: Settings['retention']): Chore {
  let after = 0
  return {
    name: 'retain:errors',
    periodMs: 60_000,
    later: true,
    work: async (tx) => {
      const { deleted, next } = await expireErrors(tx, { olderThanMs, after, size })
      after = next ?? 0
      return deleted
    },
  }
}
