import { waivers } from '../../state/queue/waiver.ts'
import type { Command } from '../command.ts'
import { confirmOptions, idsFileOption, reasonOption, sinceOption, targetOption, untilOption } from './options.ts'

const id = { describe: 'these items', type: 'string', array: true, requiresArg: true } as const

/** What selects errors in every command of them. */
const selecting = {
  code: { describe: 'this code only, as in docs/errors.md', type: 'string', requiresArg: true },
  group: { describe: 'this group only: its key, as errors groups prints it', type: 'string', requiresArg: true },
  since: sinceOption,
  until: untilOption,
  target: targetOption,
} as const

/** The same in those that do something to them. */
const acting = { id, 'ids-file': idsFileOption, ...selecting } as const

const resolvedToo = { describe: 'resolved ones too', type: 'boolean', default: false } as const
const tail = { describe: 'the newest N only', type: 'number', requiresArg: true } as const

/** Commands about what went wrong. */
export const errors: readonly Command[] = [
  {
    name: 'errors list',
    summary: 'Lists errors, newest first',
    detail: 'Without options: the unresolved ones. An item has at most one in each target.',
    options: {
      id,
      ...selecting,
      all: resolvedToo,
      tail,
      format: {
        describe: 'ids: item ids only, each once; tsv: tab-separated',
        choices: ['ids', 'tsv'],
        requiresArg: true,
      },
    },
    examples: [
      ['errors list --tail 20', 'what went wrong last'],
      ['errors list --since 2h --code ZIP_MISSING', 'since two hours ago'],
      ['errors list --code ZIP_MISSING --format ids', 'ids to repair'],
    ],
    exits: '0 also when there is none, 4 there is no such group',
    load: () => import('../commands/errors-list.ts'),
  },
  {
    name: 'errors groups',
    summary: 'Counts errors by target, code and message, most frequent first',
    detail:
      'Errors whose messages differ only in ids, numbers, paths and quoted text are one group, with its count, first and last time and the newest three items. Its key is made of target, code and message: the same tomorrow and on every host. errors list, export, retry and skip take it as --group. The counts are exact; the view slip_error_groups has those of the last sample, at once. With --all the whole table is read.',
    options: {
      ...selecting,
      all: resolvedToo,
      tail: { describe: 'the N groups with the newest errors only', type: 'number', requiresArg: true },
      format: { describe: 'tsv: tab-separated', choices: ['tsv'], requiresArg: true },
    },
    examples: [
      ['errors groups', 'what is wrong, and how often'],
      ['errors groups --since 1d --tail 5', 'what came up since yesterday'],
    ],
    exits: '0 also when there is none, 4 there is no such group',
    load: () => import('../commands/errors-groups.ts'),
  },
  {
    name: 'errors show',
    takes: '<number>',
    summary: 'Shows one error: message, place, what to do, and the history of its item',
    positionals: { number: { describe: 'number of the error, as errors list prints it', type: 'number' } },
    examples: [['errors show 17', 'why this item is not indexed, and the next step']],
    exits: '4 there is no such error',
    load: () => import('../commands/errors-show.ts'),
  },
  {
    name: 'errors retry',
    summary: 'Requests items in error again, in lane ops',
    detail:
      'All their inputs are read again. An error is resolved when its item succeeds. With --from rights the sources are read again too, whole: files, the Solr of a catalogue, the tables of a database. The items do not wait for that: one that is taken up before slip-rights has come to its record is made of what is known until then, and again when the record turns out to have changed. A check that is waived is no longer made for these items.',
    options: {
      ...acting,
      all: { describe: 'every item in error', type: 'boolean', default: false },
      from: { describe: 'what is read again as well', choices: ['rights'], requiresArg: true },
      waive: {
        describe:
          'checks to leave out; page_gap: the document is made of the pages that exist; checksum: page files may differ from METS',
        type: 'string',
        array: true,
        choices: waivers,
        requiresArg: true,
      },
    },
    examples: [
      ['errors retry --id mdp.39015012345678', 'one item, after its zip was replaced'],
      ['errors retry --code PAGE_MISSING', 'all items with this code'],
      ['errors retry --group 3f9a02c7', 'all of a group, as errors groups prints it'],
      ['errors retry --id mdp.39015012345678 --waive page_gap', 'a volume whose page is lost for good'],
      ['errors retry --code RECORD_MISSING --from rights', 'after the catalogue files were put right'],
    ],
    exits: '4 some ids have no unresolved error, or there is no such group',
    load: () => import('../commands/errors-retry.ts'),
  },
  {
    name: 'errors skip',
    summary: 'Resolves errors of items that are not to be indexed',
    detail:
      'The item counts as done in this revision: it is not enqueued again until its rights or record change. slipctl enqueue requests it all the same.',
    options: {
      ...acting,
      all: { describe: 'every item in error', type: 'boolean', default: false },
      reason: reasonOption,
    },
    examples: [
      ["errors skip --id mdp.39015012345678 --reason 'blank book'", 'one item'],
      ["errors skip --group 3f9a02c7 --reason 'lost in the flood'", 'all of a group'],
    ],
    exits: '4 some ids have no unresolved error, or there is no such group',
    load: () => import('../commands/errors-skip.ts'),
  },
  {
    name: 'errors export',
    summary: 'Writes errors with all columns, newest first, for another program',
    detail:
      'Tab-separated below a line of headings; tabs, line breaks and backslashes are written as \\t, \\n, \\r and \\\\, and null as an empty cell. With --json one object a line. Rows are streamed, however many there are.',
    options: { ...selecting, all: resolvedToo },
    examples: [
      ['errors export --all > errors.tsv', 'everything that is kept, for a spreadsheet'],
      ['errors export --json --code LEASE_LOST > lost.jsonl', 'one code, for a script'],
    ],
    exits: '0 also when there is none, 4 there is no such group',
    load: () => import('../commands/errors-export.ts'),
  },
  {
    name: 'errors expire',
    summary: 'Deletes resolved errors that are old',
    detail:
      'Deletes those that were fixed or superseded. Skipped and purged ones are deleted only once a later revision of the item was indexed: until then they say why it is not. Unresolved ones are never deleted. The daemons do the same by themselves after retention.errors.',
    options: {
      'older-than': {
        describe: 'resolved longer ago than this: 90d, 12h (default: retention.errors)',
        type: 'string',
        requiresArg: true,
      },
      ...confirmOptions,
    },
    examples: [
      ['errors expire --older-than 90d --dry-run', 'how many there are'],
      ['errors expire --older-than 90d --yes', 'deletes them'],
    ],
    exits: '2 also when --yes is missing',
    load: () => import('../commands/errors-expire.ts'),
  },
]
