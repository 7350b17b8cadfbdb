import type { Command } from '../command.ts'

const name = { describe: 'source, as the configuration calls it', type: 'string' } as const

const waiting = {
  wait: {
    describe: 'return when everything it changed is settled or in error in every target',
    type: 'boolean',
    default: false,
  },
  timeout: { describe: 'with --wait: wait no longer than this', type: 'string', requiresArg: true },
} as const

const exits =
  '4 some records or lines cannot be used, or with --wait some items ended in error; 5 stopped, or not settled in time; 6 another slipctl reads the source; 7 the source is away'

/** Commands about what stage 1 reads. */
export const sources: readonly Command[] = [
  {
    name: 'sources list',
    summary: 'Lists the sources: when and how far each was read, and what is wrong with it',
    detail:
      'state: read, never read, suspended (away or broken; it is tried again automatically), in hand (slipctl is reading it), not configured (only the tables still know it). pending: records that were loaded but whose items slip-rights has not reached yet. errors: unresolved ones of its files, records or rows. seen: since it was first read.',
    examples: [
      ['sources list', 'all of them'],
      ['sources list --json', 'with the counts of the last pass and in total'],
    ],
    exits: '0 whatever their state is',
    load: () => import('../commands/sources-list.ts'),
  },
  {
    name: 'sources load',
    takes: '<name> <files..>',
    summary: 'Loads files into a source beyond those that the configuration names',
    detail:
      'For sources of kind records and hathifiles, and ingest lists for one of kind repository; the name of a file of records says what it holds, as in docs/records.md. The command reads the files itself, on this host, in the order given; no daemon is needed, and slip-rights leaves the source alone meanwhile. What a file says replaces what was known of its records and items; what it does not name stays. When the source’s own files are next read, they take precedence again. Nothing is loaded unless all files can be opened. Records and lines that cannot be used are errors of the source until the file is loaded again, or until sources run --broken finds it gone. A command that is killed keeps what it has loaded: call it again.',
    positionals: { name, files: { describe: 'files to load', type: 'string', array: true } },
    options: waiting,
    examples: [
      ['sources load catalogue corrected.ndjson', 'some records, at once'],
      ['sources load rights hathi_upd_20260301.txt.gz --wait', 'returns when the index has them'],
    ],
    exits: `2 also when a file is missing or is not a file; ${exits}`,
    load: () => import('../commands/sources-load.ts'),
  },
  {
    name: 'sources run',
    takes: '<name>',
    summary: 'Reads a source now: what is new, what has errors, everything, or one record',
    detail:
      '--new: files and changes that were not read yet, as slip-rights does by itself. --broken: what has unresolved errors: whole files, with those after them in their order; single records of a Solr and rows of a rights database; a whole table of changes. --all: everything, whether it was read or not; what is unchanged changes nothing. If it is stopped, slip-rights reads the files that are left. --record: one record, by its id; of hathifiles, the lines that name it. slip-rights leaves the source alone meanwhile. --withdraw-missing, for catalogues (records, vufind-solr): if everything was read, each record and item id of it, items that the source no longer names are withdrawn, and their documents deleted; if they are more than rights.withdrawCeiling of its items, only with --yes. A source of kind records then holds what its files say: what was loaded beside them counts as missing.',
    positionals: { name },
    options: {
      new: { describe: 'what was not read yet', type: 'boolean', default: false },
      broken: { describe: 'what has unresolved errors', type: 'boolean', default: false },
      all: { describe: 'everything', type: 'boolean', default: false },
      record: { describe: 'the record of this id', type: 'string', requiresArg: true },
      'withdraw-missing': {
        describe: 'with --all: withdraw the items that are no longer in it',
        type: 'boolean',
        default: false,
      },
      yes: { describe: 'withdraw more than rights.withdrawCeiling', type: 'boolean', default: false },
      'dry-run': {
        describe: 'with --withdraw-missing: read all, count what is missing, and withdraw nothing',
        type: 'boolean',
        default: false,
      },
      ...waiting,
    },
    examples: [
      ['sources run catalogue --broken', 'after the records were put right'],
      ['sources run catalogue --record 001718542', 'one record'],
      ['sources run catalogue --all --withdraw-missing --dry-run', 'how many items vanished from it'],
      ['sources run catalogue --all --withdraw-missing', 'withdraws them'],
    ],
    exits: `2 also when more is missing than may be withdrawn without --yes; ${exits.replace('5 stopped', '5 stopped, not all could be read and so nothing was withdrawn')}`,
    load: () => import('../commands/sources-run.ts'),
  },
  {
    name: 'sources report',
    takes: '[name]',
    summary: 'Counts what each source delivered, and its errors',
    detail:
      'For the last pass that saw something, and in total: seen, the records, lines or rows that were read; bad, those that cannot be used; and items: new, updated, moved to another record, withdrawn, noop (unchanged), forced, outOfScope (left out: not in the repository, or in no record). Then the unresolved errors of the source and of the items whose record came from it, counted by what --group-by names: stage, code, message (without its variable parts), target.',
    positionals: { name },
    options: {
      csv: {
        describe: 'comma-separated: the counts, or with --group-by the errors',
        type: 'boolean',
        default: false,
      },
      'group-by': {
        describe: 'count errors by some of stage, code, message, target (default: stage,code,message)',
        type: 'string',
        requiresArg: true,
      },
    },
    examples: [
      ['sources report', 'every source'],
      ['sources report catalogue --csv --group-by stage,message', 'what is wrong with it, for a spreadsheet'],
    ],
    exits: '0 also when nothing was read yet, 2 there is no such source',
    load: () => import('../commands/sources-report.ts'),
  },
]
