import type { Config } from '../../config/load.ts'
import type { Target } from '../../state/control/target.ts'
import type { Chore } from './chore.ts'
import { moveChore } from './move.ts'
import { reapChore } from './reap.ts'
import { retainChores } from './retain.ts'
import { retainErrorsChore } from './retain-errors.ts'
import { sampleChores } from './sample.ts'

/** What slip-enqueue and slip-index both offer to do, whatever is paused. */
export const upkeepChores = ({ statistics, retention }: Config, targets: readonly Target[]): Chore[] => [
  reapChore(targets),
  moveChore,
  ...sampleChores(statistics),
  ...retainChores(retention),
  retainErrorsChore(retention),
]
