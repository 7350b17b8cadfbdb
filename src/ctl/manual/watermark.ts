import type { Command } from '../command.ts'

/** Commands about how far each stage has read. */
export const watermark: readonly Command[] = [
  {
    name: 'watermark show',
    summary: 'Shows how far each stage has read its input',
    detail: [
      'By stage:',
      'enqueue: changes of slip_rights up to this time are in the queue of the target.',
      'rights: the files read whole, by size, time and inode; SOURCE:feed, the newest day that the Solr of a catalogue was read to and where a pass is (SOURCE:full: of one over all of it), or the time that a rights database was read to; SOURCE:changes, the version that a table of changes was read to; SOURCE:compare, the item that a comparison has reached; carry-over, the settings by which records were carried over.',
      'scan: the item that the comparison of the index with the ledger has reached. inputs: the same for the comparison of fingerprints.',
      'sweep: last item looked at, and what the pass has found.',
    ].join('\n'),
    options: {
      history: {
        describe: 'what moved them: passes that found something, and people',
        type: 'boolean',
        default: false,
      },
      tail: { describe: 'with --history: the newest N', type: 'number', default: 50, requiresArg: true },
    },
    examples: [['watermark show --history', 'when which pass found something, and who set what, and why']],
    exits: '0',
    load: () => import('../commands/watermark-show.ts'),
  },
  {
    name: 'watermark set',
    takes: '<stage> <name> <value>',
    summary: 'Sets how far a stage has read',
    detail:
      'Setting it back is always allowed: what is read again and was already followed is skipped. A time ahead of the clock of the database is refused. Setting it forward leaves what lies between to the sweep.',
    positionals: {
      stage: { describe: 'rights or enqueue', type: 'string', choices: ['rights', 'enqueue'] },
      name: {
        describe: 'enqueue: the target; rights: SOURCE:FILE, SOURCE:feed … as watermark show prints it',
        type: 'string',
      },
      value: { describe: 'enqueue: a time, UTC; rights: unread, or of a feed a day, YYYYMMDD', type: 'string' },
    },
    options: { reason: { describe: 'kept in the history', type: 'string', requiresArg: true } },
    examples: [
      ['watermark set enqueue main "2026-03-01 08:00" --reason "queue restored"', 'reads again from there'],
      ['watermark set rights catalogue:/data/full.json unread --reason "again"', 'has the file read again'],
    ],
    exits: '2 no such stage, target or time, or without a reason',
    load: () => import('../commands/watermark-set.ts'),
  },
  {
    name: 'watermark backup',
    takes: '<file>',
    summary: 'Writes the watermarks of rights and enqueue into a file',
    positionals: { file: { describe: 'file to write, JSON', type: 'string' } },
    examples: [['watermark backup watermarks.json', 'beside a backup of the database']],
    exits: '2 the file cannot be written',
    load: () => import('../commands/watermark-backup.ts'),
  },
  {
    name: 'watermark restore',
    takes: '<file>',
    summary: 'Sets all watermarks of a backup, or none of them',
    positionals: { file: { describe: 'file of watermark backup', type: 'string' } },
    examples: [['watermark restore watermarks.json', 'as watermark set, one by one; all or nothing']],
    exits: '2 the file is no backup, or one of its watermarks is refused',
    load: () => import('../commands/watermark-restore.ts'),
  },
]
