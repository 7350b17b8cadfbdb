import type { Command } from '../command.ts'

const target = { describe: 'the target', type: 'string' } as const
const dryRun = { describe: 'says what would be done, and does nothing', type: 'boolean', default: false } as const

/** Commands about an index as a whole. */
export const index: readonly Command[] = [
  {
    name: 'index adopt',
    takes: '<target>',
    summary: 'Makes the database know what the index holds, after an older database was restored',
    detail:
      'A shard that holds what the database does not know is ahead: nothing is claimed for it. This compares every item of every shard with the ledger. What differs gets the higher fence and rev 0, so that the sweep has it indexed again, or removed; then the shards are open again. Daemons may run meanwhile. Documents without a rights row are listed: their items come back when slip-rights reads its sources again. Broken off, it is done again.',
    positionals: { target },
    options: {
      'dry-run': dryRun,
      yes: { describe: 'remove documents of items without rights', type: 'boolean', default: false },
    },
    examples: [
      ['index adopt main --dry-run', 'how far database and index are apart'],
      ['index adopt main', 'after a restore of the database'],
    ],
    exits:
      '4 some documents have no rights row; they are listed, 5 some items stayed claimed, or the index is ahead again: run it once more',
    load: () => import('../commands/index-adopt.ts'),
  },
  {
    name: 'index repair',
    takes: '<target>',
    summary: 'Has indexed again what an index lost that was restored or emptied',
    detail:
      'A shard whose marker is older than it should be is behind: it gets no new items. This requests anew what the ledger says was settled in it since, or everything when it was emptied; then the shard is what it was. Broken off, it is done again.',
    positionals: { target },
    options: {
      'dry-run': dryRun,
      lane: { describe: 'how urgent', choices: ['ops', 'bulk'], default: 'bulk', requiresArg: true },
    },
    examples: [['index repair main --lane ops', 'after a restore of the index, before all bulk work']],
    exits:
      '0 also when no shard is behind, 2 a shard is ahead and must be adopted first, 5 set back meanwhile: run it once more',
    load: () => import('../commands/index-repair.ts'),
  },
]
