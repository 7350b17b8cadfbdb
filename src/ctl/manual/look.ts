import type { Command } from '../command.ts'

/** Commands that look and change nothing. */
export const look: readonly Command[] = [
  {
    name: 'status',
    summary: 'Shows queue, shards, ledger, errors, workers and what is paused',
    detail:
      'The queue by target, lane and state with its oldest item; what each shard holds; the ledger; unresolved errors by code; the daemons, those silent for a lease marked dead; pauses in force.',
    examples: [
      ['status', 'the whole state of the system on one screen'],
      ['status --json', 'the same for a script'],
    ],
    exits: '0 whatever the state is',
    load: () => import('../commands/status.ts'),
  },
  {
    name: 'search',
    takes: '<words..>',
    summary: 'Finds items by words, and the pages they stand on',
    detail:
      'All words must occur; "words in quotation marks" in this order; -word must not occur. Case and accents do not count. Quotation marks and minus need the quotes of the shell around the whole query.',
    positionals: { words: { describe: 'what to look for', type: 'string', array: true } },
    options: {
      limit: { describe: 'most items shown', type: 'number', default: 10, requiresArg: true },
      pages: { describe: 'most pages shown of an item', type: 'number', default: 3, requiresArg: true },
      target: { describe: 'index to ask, when several are configured', type: 'string', requiresArg: true },
    },
    examples: [
      ['search whale ship', 'items with a page that has both words'],
      [`search '"white whale" -ship'`, 'the phrase, in items without the word ship'],
    ],
    exits: '0 also without a hit',
    load: () => import('../commands/search.ts'),
  },
  {
    name: 'version',
    summary: 'Prints the release',
    examples: [['version', 'release of slipctl, of the schema it needs, and of Node']],
    exits: '0',
    load: () => import('../commands/version.ts'),
  },
]
