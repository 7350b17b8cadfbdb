import { lanes } from '../../state/queue/lanes.ts'
import { states } from '../../state/queue/states.ts'
import type { Command } from '../command.ts'
import { confirmOptions, idsFileOption, reasonOption, sinceOption, targetOption } from './options.ts'

const ids = { ids: { describe: 'item ids; - for those on standard input', type: 'string', array: true } } as const

/** What selects rows in the commands that take no ids. */
const selecting = {
  state: { describe: 'rows in this state only', choices: Object.keys(states), requiresArg: true },
  lane: { describe: 'this lane only', choices: Object.keys(lanes), requiresArg: true },
  shard: { describe: 'this shard only: 3 or main/3; 0: not known yet', type: 'string', requiresArg: true },
  origin: {
    describe: 'only what was requested by this (column reason): changed, sweep, ctl, retry …',
    type: 'string',
    requiresArg: true,
  },
  since: { ...sinceOption, describe: `enqueued ${sinceOption.describe}` },
  target: targetOption,
} as const

/** Commands about the items that are to be done. */
export const queue: readonly Command[] = [
  {
    name: 'enqueue',
    takes: '[ids..]',
    summary: 'Requests items again: all their inputs are read, and they are indexed again',
    positionals: ids,
    options: {
      'ids-file': idsFileOption,
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
    name: 'queue list',
    summary: 'Lists what is queued, by id',
    options: {
      ...selecting,
      tail: { describe: 'only the N enqueued last, newest first; at most 10000', type: 'number', requiresArg: true },
      format: {
        describe: 'ids: item ids only, once for each target; tsv: tab-separated, all columns',
        choices: ['ids', 'tsv'],
        requiresArg: true,
      },
    },
    examples: [
      ['queue list --tail 20', 'what was enqueued last'],
      ['queue list --state held', 'what is held'],
      ['queue list --lane bulk --origin sweep --format ids | head', 'the first ids the sweep found'],
    ],
    exits: '0 also when nothing is queued',
    load: () => import('../commands/queue-list.ts'),
  },
  {
    name: 'queue export',
    summary: 'Writes what is queued with all columns, by id, for another program',
    detail:
      'Tab-separated below a line of headings; tabs, line breaks and backslashes are written as \\t, \\n, \\r and \\\\, and null as an empty cell. With --json one object a line. The queue is read in pages while the daemons go on, so a row that changes meanwhile may appear as it was or as it is.',
    options: selecting,
    examples: [
      ['queue export > queue.tsv', 'the whole queue'],
      ['queue export --json --state delayed > delayed.jsonl', 'what waits for its next attempt'],
    ],
    exits: '0 also when nothing is queued',
    load: () => import('../commands/queue-export.ts'),
  },
  {
    name: 'queue hold',
    takes: '[ids..]',
    summary: 'Holds items: they stay queued and are not worked on until they are released',
    detail:
      'Items that are ready or wait for their next attempt are held at once. A claimed item is held when its claim ends, unless it was done by then. Requests that come meanwhile are kept.',
    positionals: ids,
    options: { 'ids-file': idsFileOption, target: targetOption },
    examples: [
      ['queue hold mdp.39015012345678', 'one item, while its files are repaired'],
      ['queue hold --ids-file ids.txt', 'many'],
    ],
    exits: '4 some ids are no item ids or are not queued; the others are held',
    load: () => import('../commands/queue-hold.ts'),
  },
  {
    name: 'queue release',
    takes: '[ids..]',
    summary: 'Releases held items: they are ready again',
    detail: 'Items that are not held stay as they are.',
    positionals: ids,
    options: { 'ids-file': idsFileOption, target: targetOption },
    examples: [
      ['queue release mdp.39015012345678', 'one item'],
      ['queue release --ids-file held.txt', 'many, as queue list --state held --format ids writes them'],
    ],
    exits: '4 some ids are no item ids or are not queued; the others are released',
    load: () => import('../commands/queue-release.ts'),
  },
  {
    name: 'queue purge',
    takes: '[ids..]',
    summary: 'Takes items out of the queue: this revision is not indexed',
    detail:
      'What the index holds of them stays. Each leaves a row in slip_errors, resolved as purged, with who did it and why. That revision is not enqueued again by itself; a later one is enqueued as usual, and slipctl enqueue requests it at any time. Claimed items are left alone.',
    positionals: ids,
    options: {
      'ids-file': idsFileOption,
      ...selecting,
      reason: reasonOption,
      ...confirmOptions,
    },
    examples: [
      ["queue purge --lane bulk --origin sweep --reason 'wrong sweep' --dry-run", 'how many there are'],
      ["queue purge --lane bulk --origin sweep --reason 'wrong sweep' --yes", 'takes them out'],
      ["queue purge --ids-file ids.txt --reason 'withdrawn by mistake' --yes", 'some items'],
    ],
    exits: '2 also when --yes is missing; 4 some ids are no item ids, not queued or claimed; the others are purged',
    load: () => import('../commands/queue-purge.ts'),
  },
]
