import type { Command } from '../command.ts'
import { targetOption } from './options.ts'

/** Commands that look and change nothing. */
export const look: readonly Command[] = [
  {
    name: 'status',
    summary: 'Shows queue, shards, ledger, errors, workers and what is paused',
    detail:
      'The queue by target, lane and state with its oldest item; what each shard holds; the ledger; unresolved errors by code; the daemons, those silent for a lease marked dead and those expired counted; pauses in force; what is suspended because it is away or broken.',
    examples: [
      ['status', 'the whole state of the system on one screen'],
      ['status --json', 'the same for a script'],
    ],
    exits: '0 whatever the state is',
    load: () => import('../commands/status.ts'),
  },
  {
    name: 'item',
    takes: '<id>',
    summary: 'Shows everything the tables know of one item',
    detail: 'Rights with their revision, queue row and ledger row for each target, and every error it ever had.',
    positionals: { id: { describe: 'item id: namespace.object', type: 'string' } },
    examples: [['item mdp.39015012345678', 'where this volume is, and why']],
    exits: '4 nothing is known of the item',
    load: () => import('../commands/item.ts'),
  },
  {
    name: 'search',
    takes: '[words..]',
    summary: 'Finds items by words, and the pages they stand on',
    detail:
      'All words must occur; "words in quotation marks" in this order; -word must not occur. Case and accents do not count. Quotation marks and minus need the quotes of the shell around the whole query. With --filter alone all that it lets through is found. What each field holds, and how it is read: docs/document.md and docs/schema.md.',
    positionals: { words: { describe: 'what to look for', type: 'string', array: true } },
    options: {
      limit: { describe: 'most items shown', type: 'number', default: 10, requiresArg: true },
      field: {
        describe:
          'look for the words in this field alone: ocr is the text, title, author, callnumber … of the catalogue',
        type: 'string',
        requiresArg: true,
      },
      filter: {
        describe:
          'FIELD:VALUE, items with this value alone; of several values of a field one is enough, of several fields each counts',
        type: 'string',
        array: true,
        requiresArg: true,
      },
      pages: { describe: 'most pages shown of an item', type: 'number', default: 3, requiresArg: true },
      target: { describe: 'index to ask, when several are configured', type: 'string', requiresArg: true },
    },
    examples: [
      ['search whale ship', 'items that have both words'],
      [`search '"white whale" -ship'`, 'the phrase, in items without the word ship'],
      ['search melville --field author --filter language:English', 'by a field, and only what has this value'],
      ['search --filter rights:8', 'what should not be in the index'],
    ],
    exits: '0 also without a hit',
    load: () => import('../commands/search.ts'),
  },
  {
    name: 'assemble',
    takes: '<id>',
    summary: 'Prints the document of an item as JSON, and posts nothing',
    detail:
      'Reads METS, pages, record and rights as slip-index would now. Revision and fence are 0, for nothing was claimed. With --json the document is one line.',
    positionals: { id: { describe: 'item id: namespace.object', type: 'string' } },
    examples: [['assemble mdp.39015012345678 | less', 'what the index would be sent']],
    exits: '4 the item cannot be assembled; the error says why',
    load: () => import('../commands/assemble.ts'),
  },
  {
    name: 'verify',
    summary: 'Compares rights and ledger, and prints the items that differ',
    detail:
      'An item differs when its rights are newer than what the target followed, and it is neither queued nor in an error of that revision. slip-enqueue finds and queues the same items by itself; they are here to be counted. With --doubled the indexes are asked instead, and items printed that lie in two shards of one; there should be none. All shards are read side by side, document by document. slip-index removes what lies in another shard than the ledger says as its scan comes to it (targets.NAME.scan.period), index adopt does so at once. With --inputs the items are printed whose document was made of something else than there is now: METS file or pages (size and modification time), record, rights (asked of the rights database where there is one), holdings or collections. Only items at rest are compared; slip-rights finds most of these changes by itself, in its time. --json says which differ; gone: neither METS file nor pages are there. A call compares a sample, and goes on where the one before it ended.',
    options: {
      target: targetOption,
      doubled: { describe: 'look for items in two shards of a target', type: 'boolean', default: false },
      inputs: { describe: 'compare documents with what they were made of', type: 'boolean', default: false },
      sample: { describe: 'with --inputs: so many items (default: 1000)', type: 'number', requiresArg: true },
      all: { describe: 'with --inputs: all items', type: 'boolean', default: false },
    },
    examples: [
      ['verify', 'prints the ids that differ, one a line'],
      ['verify --doubled --json', 'items in two shards, one a line, with the shards'],
      ['verify --inputs --sample 20000', 'every night: of 20 million items all within three years'],
      ['verify --inputs --all | slipctl enqueue --ids-file - --lane bulk', 'indexes anew what differs'],
    ],
    exits: '3 some items differ, or lie in two shards; 7 repository, database or a source is away',
    load: () => import('../commands/verify.ts'),
  },
  {
    name: 'version',
    summary: 'Prints the release',
    examples: [['version', 'release of slipctl, of the schema it needs, and of Node']],
    exits: '0',
    load: () => import('../commands/version.ts'),
  },
]
