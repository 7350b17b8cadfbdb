import type { Command } from './command.ts'
import { control } from './manual/control.ts'
import { errors } from './manual/errors.ts'
import { index } from './manual/index.ts'
import { look } from './manual/look.ts'
import { queue } from './manual/queue.ts'
import { setup } from './manual/setup.ts'
import { shardCommands } from './manual/shards.ts'
import { sources } from './manual/sources.ts'
import { targets } from './manual/targets.ts'
import { watermark } from './manual/watermark.ts'

/** Every command of slipctl, in the order of the help: this list is the only one. */
export const manual: readonly Command[] = [
  ...look,
  ...control,
  ...sources,
  ...queue,
  ...errors,
  ...targets,
  ...shardCommands,
  ...index,
  ...watermark,
  ...setup,
]

/** What the words before the first space of several commands have in common. */
export const groups: Readonly<Record<string, string>> = {
  sources: 'What stage 1 reads: catalogue, rights, repository',
  queue: 'What is to be indexed or deleted, and stopping it item by item',
  errors: 'What went wrong, and trying it again',
  targets: 'The indexes to keep true',
  shards: 'The parts of an index, and which of them new items go to',
  index: 'An index as a whole, and what a restore does to it',
  watermark: 'How far each stage has read',
  config: 'The configuration file',
  db: 'The schema of the state database',
}

/** Exit codes that every command may end with (architecture.md, Exit codes). */
export const commonExits =
  'Exit codes of every command: 0 done, 1 unexpected, 2 usage or configuration, 6 locked by another process, 7 a server is away, 8 schema too old or too new, 130 or 143 interrupted by Ctrl-C or SIGTERM.'
