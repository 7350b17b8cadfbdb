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
    summary: 'Finds items by words, and the pages that have them',
    detail:
      'All words must occur; "words in quotation marks" must occur in this order; -word must not occur. Case and accents do not count. Put the whole query in single quotes if it contains quotation marks or a minus. In a --field whose values are matched whole (numbers, call numbers, exact values; docs/schema.md), all words together are one value, unless some are in quotation marks or to be left out; not so with the embedded engine. With --filter alone, everything that passes the filter is found. Except with the embedded engine, pages are read from the repository; while it is away, hits are shown without them. --pages 0 asks for none. What each field holds and how it is searched: docs/document.md and docs/schema.md.',
    positionals: { words: { describe: 'what to look for', type: 'string', array: true } },
    options: {
      limit: { describe: 'number of items shown, at most', type: 'number', default: 10, requiresArg: true },
      field: {
        describe: 'search this field only: ocr is the text; title, author, callnumber … are of the catalogue',
        type: 'string',
        requiresArg: true,
      },
      filter: {
        describe:
          'FIELD:VALUE: only items with this value; several values of one field are alternatives, several fields must all match',
        type: 'string',
        array: true,
        requiresArg: true,
      },
      pages: { describe: 'number of pages shown of an item, at most', type: 'number', default: 3, requiresArg: true },
      target: { describe: 'index to ask, when several are configured', type: 'string', requiresArg: true },
    },
    examples: [
      ['search whale ship', 'items that have both words'],
      [`search '"white whale" -ship'`, 'the phrase, in items without the word ship'],
      ['search melville --field author --filter language:English', 'in one field, filtered by another'],
      ['search --filter rights:8', 'what should not be in the index'],
    ],
    exits: '0 also without hits',
    load: () => import('../commands/search.ts'),
  },
  {
    name: 'assemble',
    takes: '<id>',
    summary: 'Prints the document of an item as JSON, and posts nothing',
    detail:
      'Reads METS, pages, record and rights as slip-index would now. Revision and fence are 0, since nothing was claimed. With --json the document is one line.',
    positionals: { id: { describe: 'item id: namespace.object', type: 'string' } },
    examples: [['assemble mdp.39015012345678 | less', 'what the index would be sent']],
    exits: '4 the item cannot be assembled; the error says why',
    load: () => import('../commands/assemble.ts'),
  },
  {
    name: 'verify',
    summary: 'Compares rights with the ledger, and prints the items that differ',
    detail:
      'An item differs when its rights are newer than what the target followed, and it is neither queued nor in an error of that revision. slip-enqueue finds and queues the same items by itself; this command only shows them. With --doubled it reads the indexes instead, all shards side by side, and prints items that lie in two shards of a target; there should be none. slip-index removes a document from a shard that is not the ledger’s when its scan comes to it (targets.NAME.scan.period), index adopt does so at once. With --inputs it prints the items whose document was made of other inputs than there are now: METS file or pages (size and modification time), record, rights (as the rights database says, if there is one), holdings or collections. Only items at rest are compared; slip-rights finds most of these changes by itself, in time. --json says which inputs differ; gone: neither METS file nor pages are there. Each call compares a sample and continues where the last one ended.',
    options: {
      target: targetOption,
      doubled: { describe: 'look for items in two shards of a target', type: 'boolean', default: false },
      inputs: { describe: 'compare documents with what they were made of', type: 'boolean', default: false },
      sample: { describe: 'with --inputs: number of items (default: 1000)', type: 'number', requiresArg: true },
      all: { describe: 'with --inputs: all items', type: 'boolean', default: false },
    },
    examples: [
      ['verify', 'prints the ids that differ, one a line'],
      ['verify --doubled --json', 'items in two shards, one a line, with the shards'],
      ['verify --inputs --sample 20000', 'every night: all of 20 million items within three years'],
      ['verify --inputs --all | slipctl enqueue --ids-file - --lane bulk', 'indexes anew what differs'],
    ],
    exits: '3 some items differ, or lie in two shards; 7 the repository, the database or a source is away',
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
