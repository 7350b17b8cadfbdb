import type { Command } from '../command.ts'
import { targetOption } from './options.ts'

const shards = { describe: 'shards, each TARGET/N', type: 'string', array: true } as const

/** Commands about the shards of an index. */
export const shardCommands: readonly Command[] = [
  {
    name: 'shards list',
    summary: 'Shows each shard: its state, its share of new items, what it holds and what waits for it',
    detail:
      'open: it gets new items. full: it reached a limit of targets.NAME.full and gets none until it has room again; slip-index sets and ends this. closed: it gets none until a person opens it. behind: the index was set back; index repair puts it right. ahead: the database was set back; index adopt puts it right, and until then nothing is claimed for it and no shard of its target gets new items. Beside the state: suspended, if all leave it alone because it was away or broken; away, if it does not answer now. documents, bytes and disk free are what the engine says now, if it does; ledger is what the tables said when they were last counted; waiting is its rows in the queue. marker: the age of the newest marker that is surely on its disk.',
    options: { target: targetOption },
    examples: [
      ['shards list', 'all shards of all targets'],
      ['shards list --target main --json', 'those of one, for a script'],
    ],
    exits: '0 whatever their state is, 2 unknown target',
    load: () => import('../commands/shards-list.ts'),
  },
  {
    name: 'shards open',
    takes: '<shards..>',
    summary: 'Lets shards that were closed or full get new items again',
    detail:
      'All of them or none. One that is over a limit of targets.NAME.full is full again within a minute, unless the limit was raised.',
    positionals: { shards },
    examples: [['shards open main/2 main/3', 'they get new items again']],
    exits: '0 also when they were open, 2 unknown shard, or one that is behind or ahead',
    load: () => import('../commands/shards-open.ts'),
  },
  {
    name: 'shards close',
    takes: '<shards..>',
    summary: 'Keeps new items out of shards until a person opens them',
    detail:
      'All of them or none. What they hold is updated and deleted as usual: an item keeps its shard for life. To stop that too, pause shard:TARGET/N.',
    positionals: { shards },
    options: { reason: { describe: 'shown by shards list', type: 'string', default: '', requiresArg: true } },
    examples: [['shards close main/1 --reason "moves to another disk"', 'new items go to the others']],
    exits: '0 also when they were closed, 2 unknown shard, or one that is behind or ahead',
    load: () => import('../commands/shards-close.ts'),
  },
  {
    name: 'shards weigh',
    takes: '<shard> <weight>',
    summary: 'Sets the share of new items that a shard gets, relative to the others of its target',
    detail:
      'A shard of weight 2 gets twice as many new items as one of weight 1; one of weight 0 gets none. Items keep the shard they have. The weight may be set in any state and counts while the shard is open.',
    positionals: {
      shard: { describe: 'the shard: TARGET/N', type: 'string' },
      weight: { describe: 'a number, 0 or more; 1 unless set', type: 'number' },
    },
    examples: [['shards weigh main/4 3', 'one on a larger disk fills faster than the others']],
    exits: '2 unknown shard, or not a weight',
    load: () => import('../commands/shards-weigh.ts'),
  },
]
