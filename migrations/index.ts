import { inputs } from './0001-inputs.ts'
import { work } from './0002-work.ts'
import { outcomes } from './0003-outcomes.ts'
import { control } from './0004-control.ts'
import { targets } from './0005-targets.ts'
import type { Migration } from './migration.ts'

/** Every step, in order. Nothing else makes slip_ tables. */
export const migrations: readonly Migration[] = [inputs, work, outcomes, control, targets]

/** The schema version this release needs: one a step. */
export const schemaVersion = migrations.length

/** The oldest release that may run on this schema; an older daemon finishes its batch and exits 8. */
export const oldestCode = '0.1.0'
