import type { Command } from '../command.ts'

const name = { describe: 'source, as the configuration calls it', type: 'string' } as const

const waiting = {
  wait: {
    describe: 'return when what it changed is settled in every target, or in error',
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
      'state: read, never read, suspended (away or broken; it is tried again by itself), in hand (slipctl reads it), not configured (the tables still speak of it). pending: records that were loaded and whose items slip-rights has not come to yet. errors: unresolved ones of its files, records or rows. seen: since it was first read.',
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
    summary: 'Loads files into a source, beside those that the configuration names',
    detail:
      'For sources of kind records and hathifiles, and ingest lists for one of kind repository; what a file of records holds is told by its name, as in docs/records.md. This command reads the files itself, on this host, in the order given; no daemon is needed for it, and slip-rights passes over the source meanwhile. What a file says replaces what was known of its records and items; what it does not name stays. What the source’s own files say when they are read next counts again. Nothing is loaded unless all files can be opened. Records and lines that cannot be used are errors of the source until the file is loaded again, or is gone when sources run --broken looks for it. A command that was killed has loaded what it read: call it again.',
    positionals: { name, files: { describe: 'files to load', type: 'string', array: true } },
    options: waiting,
    examples: [
      ['sources load catalogue corrected.ndjson', 'some records, at once'],
      ['sources load rights hathi_upd_20260301.txt.gz --wait', 'returns when the index has them'],
    ],
    exits: `2 also when a file is not there or is none; ${exits}`,
    load: () => import('../commands/sources-load.ts'),
  },
  {
    name: 'sources run',
    takes: '<name>',
    summary: 'Reads a source now: what is new, what has errors, all of it, or one record',
    detail:
      '--new: files and changes that were not read yet, as slip-rights does by itself. --broken: what has unresolved errors; files whole, with those behind them in their order, records of a Solr and rows of a rights database one by one, a table of changes whole. --all: everything, whether it was read or not; what is the same changes nothing. Files that are left when it is stopped are read by slip-rights. --record: one record, by its id; of hathifiles the lines that name it. slip-rights passes over the source meanwhile. --withdraw-missing, for catalogues (records, vufind-solr): when all was read and all of it could be used, items of the source that it names no more are withdrawn, and their documents deleted. Of more than rights.withdrawCeiling of its items none is, without --yes. A source of kind records is then what its files say: what was loaded beside them is missing.',
    positionals: { name },
    options: {
      new: { describe: 'what was not read yet', type: 'boolean', default: false },
      broken: { describe: 'what has unresolved errors', type: 'boolean', default: false },
      all: { describe: 'everything', type: 'boolean', default: false },
      record: { describe: 'the record of this id', type: 'string', requiresArg: true },
      'withdraw-missing': {
        describe: 'with --all: withdraw the items that are in it no more',
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
    summary: 'Counts what each source gave, and its errors',
    detail:
      'For its last pass that saw something and in total: seen, the records, lines or rows that were read; bad, those that cannot be used; and items: new, updated, moved to another record, withdrawn, noop (unchanged), forced, outOfScope (left out: not in the repository, or in no record). Then the unresolved errors of the source, and of the items whose record came from it, counted by what --group-by says: stage, code, message (without what varies), target.',
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
