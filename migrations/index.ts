import { inputs } from './0001-inputs.ts'
import { queue } from './0002-queue.ts'
import { outcomes } from './0003-outcomes.ts'
import { control } from './0004-control.ts'
import { targets } from './0005-targets.ts'
import { statistics } from './0006-statistics.ts'
import { views } from './0007-views.ts'
import { shardReason } from './0008-shard-reason.ts'
import type { Migration } from './migration.ts'

/** Every step, in order. Nothing else makes slip_ tables. */
export const migrations: readonly Migration[] = [
  inputs,
  queue,
  outcomes,
  control,
  targets,
  statistics,
  views,
  shardReason,
]

/** The schema version this release needs: one a step. */
export const schemaVersion = migrations.length

/** The oldest release that may run on this schema; an older daemon finishes its batch and exits 8. */
export const oldestCode = '0.1.0'
