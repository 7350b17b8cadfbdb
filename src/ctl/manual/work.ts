import type { Command } from '../command.ts'
import { targetOption } from './options.ts'

const code = { describe: 'this code only, as in docs/errors.md', type: 'string', requiresArg: true } as const

/** Commands about items and what became of them. */
export const work: readonly Command[] = [
  {
    name: 'enqueue',
    takes: '[ids..]',
    summary: 'Requests items anew: everything of them is read and indexed again',
    positionals: { ids: { describe: 'item ids', type: 'string', array: true } },
    options: {
      'ids-file': {
        describe: 'file of ids, one a line; - for standard input; blank lines and # comments are skipped',
        type: 'string',
        requiresArg: true,
      },
      all: { describe: 'every item that has rights', type: 'boolean', default: false },
      lane: {
        describe: 'how urgent (default: ops, with --all bulk)',
        choices: ['daily', 'ops', 'bulk'],
        requiresArg: true,
      },
      target: targetOption,
    },
    examples: [
      ['enqueue mdp.39015012345678', 'one item, before all bulk work'],
      ['enqueue --ids-file ids.txt --lane bulk', 'many, when there is nothing more urgent'],
    ],
    exits: '4 some ids are no item ids or have no rights; the others are enqueued',
    load: () => import('../commands/enqueue.ts'),
  },
  {
    name: 'errors list',
    summary: 'Lists errors, newest first',
    options: {
      code,
      target: targetOption,
      all: { describe: 'resolved ones too', type: 'boolean', default: false },
      tail: { describe: 'the newest N only', type: 'number', requiresArg: true },
      format: { describe: 'ids: item ids only; tsv: tab-separated', choices: ['ids', 'tsv'], requiresArg: true },
    },
    examples: [
      ['errors list --tail 20', 'what went wrong last'],
      ['errors list --code ZIP_MISSING --format ids', 'ids to repair'],
    ],
    exits: '0 also when there is none',
    load: () => import('../commands/errors-list.ts'),
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
    summary: 'Requests items in error anew, in lane ops',
    detail: 'Everything of them is read again. An error is resolved when its item succeeds.',
    options: {
      id: { describe: 'these items', type: 'string', array: true, requiresArg: true },
      code,
      all: { describe: 'every item in error', type: 'boolean', default: false },
      target: targetOption,
    },
    examples: [
      ['errors retry --id mdp.39015012345678', 'one item, after its zip was replaced'],
      ['errors retry --code PAGE_MISSING', 'all that ended so'],
    ],
    exits: '4 some ids have no unresolved error',
    load: () => import('../commands/errors-retry.ts'),
  },
]
