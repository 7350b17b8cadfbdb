import { databaseClockStepped, hostClockStepped } from './clock-stepped.ts'
import { databaseCommitCut, indexCommitCut } from './commit-cut.ts'
import { connectionsCut } from './connections-cut.ts'
import { databaseKilled } from './database-killed.ts'
import { databaseRestarted } from './database-restarted.ts'
import { databaseRestored } from './database-restored.ts'
import { diskFull } from './disk-full.ts'
import type { Fault } from './fault.ts'
import { indexAnswersBadly } from './index-answers-badly.ts'
import { indexKilled } from './index-killed.ts'
import { indexRestored } from './index-restored.ts'
import { postDelayed } from './post-delayed.ts'
import { processKilled } from './process-killed.ts'
import { processStopped } from './process-stopped.ts'
import { repositoryAway } from './repository-away.ts'
import { rowsLocked } from './rows-locked.ts'
import { shardEmptied } from './shard-emptied.ts'
import { tombstonesOutlived } from './tombstones-outlived.ts'

/** Every kind. A run draws from those that can be made where it runs. */
export const faults: readonly Fault[] = [
  processKilled,
  processStopped,
  postDelayed,
  databaseRestarted,
  databaseKilled,
  connectionsCut,
  rowsLocked,
  indexKilled,
  indexCommitCut,
  indexAnswersBadly,
  indexRestored,
  databaseCommitCut,
  repositoryAway,
  diskFull,
  hostClockStepped,
  databaseClockStepped,
  databaseRestored,
  shardEmptied,
  tombstonesOutlived,
]
