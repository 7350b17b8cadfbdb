import type { Command } from '../command.ts'
import { targetOption } from './options.ts'

const shards = { describe: 'shards, each TARGET/N', type: 'string', array: true } as const

/** Commands about the shards of an index. */
export const shardCommands: readonly Command[] = [
  {
    name: 'shards list',
    summary: 'Shows every shard: its state, its share of new items, what it holds and what waits for it',
    detail:
      'open: new items are drawn to it. full: not, by targets.NAME.full, until it has room again; slip-index sees to both. closed: not, until a person opens it. behind: the index was set back, put right by index repair. ahead: the database was set back, put right by index adopt; nothing is claimed for it, and no new item of its target is drawn to any shard. Beside the state: suspended, when everybody leaves it alone because it was away or broken; away, when it does not answer now. documents, bytes and disk free are what the engine says now, as far as it does, ledger what the tables said when they were counted, waiting its rows of the queue. marker: how old the newest marker is that is surely on its disk.',
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
    summary: 'Has new items drawn to shards again that were closed or full',
    detail:
      'All of them or none. One that is full by targets.NAME.full is closed again within a minute unless that was raised.',
    positionals: { shards },
    examples: [['shards open main/2 main/3', 'takes part in the draw again']],
    exits: '0 also when they were open, 2 unknown shard, or one that is behind or ahead',
    load: () => import('../commands/shards-open.ts'),
  },
  {
    name: 'shards close',
    takes: '<shards..>',
    summary: 'Has no new items drawn to shards until a person opens them',
    detail:
      'All of them or none. What they hold is updated and deleted as ever: an item keeps its shard for life. To stop that too: pause shard:TARGET/N.',
    positionals: { shards },
    options: { reason: { describe: 'shown by shards list', type: 'string', default: '', requiresArg: true } },
    examples: [['shards close main/1 --reason "moves to another disk"', 'new items go to the others']],
    exits: '0 also when they were closed, 2 unknown shard, or one that is behind or ahead',
    load: () => import('../commands/shards-close.ts'),
  },
  {
    name: 'shards weigh',
    takes: '<shard> <weight>',
    summary: 'Sets the share of new items that a shard gets beside the others of its target',
    detail:
      'A shard of weight 2 gets twice as many new items as one of weight 1, and one of weight 0 none. Items keep the shard they have. It may be set in any state, and counts while the shard is open.',
    positionals: {
      shard: { describe: 'the shard: TARGET/N', type: 'string' },
      weight: { describe: 'a number from 0 up; 1 unless set', type: 'number' },
    },
    examples: [['shards weigh main/4 3', 'a new, empty shard fills faster than the old ones']],
    exits: '2 unknown shard, or no weight',
    load: () => import('../commands/shards-weigh.ts'),
  },
]
