import type { Command } from '../command.ts'

/** Commands that prepare what the daemons need. */
export const setup: readonly Command[] = [
  {
    name: 'init',
    takes: '[file]',
    summary: 'Writes a commented configuration to start from',
    detail:
      'SLIP_CONFIG and /etc/slip/slip.yaml do not count here. Only its writer may read the file: call it as the user of the daemons.',
    positionals: { file: { describe: 'file to write (default: that of --config, else slip.yaml)', type: 'string' } },
    examples: [['init /etc/slip/slip.yaml', 'every key, with its meaning and default']],
    exits: '2 the file exists or cannot be written',
    load: () => import('../commands/init.ts'),
  },
  {
    name: 'config check',
    summary: 'Checks the whole configuration, and prints every finding with its line',
    examples: [['config check --config new.yaml', 'tries a file before it is used']],
    exits: '2 something is wrong',
    load: () => import('../commands/config-check.ts'),
  },
  {
    name: 'config show',
    summary: 'Prints the configuration as the daemons see it: defaults filled in, secrets hidden',
    examples: [['config show', 'YAML; with --json, JSON']],
    exits: '2 the configuration is wrong',
    load: () => import('../commands/config-show.ts'),
  },
  {
    name: 'db migrate',
    summary: 'Brings the schema of the state database up to this release',
    detail:
      'May be run again at any time, also after it was interrupted: on PostgreSQL it does everything or nothing, on MariaDB and MySQL it resumes with the interrupted step. A statement gives up after 5 seconds if the table is in use by others.',
    examples: [['db migrate', 'prints each step it ran']],
    exits: '6 another process migrates or a table is in use, 8 the schema is newer than this release',
    load: () => import('../commands/db-migrate.ts'),
  },
  {
    name: 'db status',
    summary: 'Shows which schema the state database has, which steps are pending, and who migrates it',
    examples: [['db status', 'before and after an upgrade']],
    exits: '8 steps are pending, or the schema is too new',
    load: () => import('../commands/db-status.ts'),
  },
  {
    name: 'db unlock',
    summary: 'Frees the lock that a db migrate left behind when it was killed',
    detail:
      'It can be left behind only on MariaDB and MySQL. Refused while a migration runs on this server; if several servers accept writes, check the others first.',
    examples: [['db unlock', 'then: slipctl db migrate']],
    exits: '6 a migration runs',
    load: () => import('../commands/db-unlock.ts'),
  },
  {
    name: 'demo',
    summary: 'Runs a library through the whole system on this machine, with nothing to set up',
    detail:
      'Starts an embedded PostgreSQL and the three daemons, runs the sample library or one of your own through them, searches it, and stops everything it started. A second run continues from the same data.',
    options: {
      keep: { describe: 'leave everything running', type: 'boolean', default: false },
      fresh: { describe: 'start over from nothing', type: 'boolean', default: false },
      data: { describe: 'folder for the data (default: .slip/demo)', type: 'string', requiresArg: true },
      stop: { describe: 'end what --keep left running', type: 'boolean', default: false },
      pairtree: { describe: 'folder of your own volumes: NAMESPACE/pairtree_root', type: 'string', requiresArg: true },
      catalogue: {
        describe: 'their catalogue records, with --pairtree',
        type: 'string',
        array: true,
        default: [],
        requiresArg: true,
      },
      rights: {
        describe: 'their rights as hathifiles, with --pairtree',
        type: 'string',
        array: true,
        default: [],
        requiresArg: true,
      },
    },
    examples: [
      ['demo', 'the sample library, in a minute'],
      ['demo --pairtree /data/obj --catalogue records.json', 'a library of your own'],
    ],
    exits: '5 stopped before it was at rest; calling it again continues',
    load: () => import('../commands/demo.ts'),
  },
]
