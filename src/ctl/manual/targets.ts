import type { Command } from '../command.ts'

/** Commands about the indexes to keep true. */
export const targets: readonly Command[] = [
  {
    name: 'targets apply',
    summary: 'Creates the indexes of the configuration, and records them in the database',
    detail:
      'Creates what is missing of each index, and writes lease and overlap to the database. Engine, shards and schema version of a target are fixed for life: to change them, configure a target with another name. A target added to a system that has items is filled by slip-enqueue in lane bulk; it is live once a whole sweep finds nothing to enqueue and nothing waits in its lane bulk. A target whose index cannot be made is told, and the others are applied.',
    examples: [
      [
        'targets apply',
        'after db migrate, and whenever lease or overlap change; running daemons then end with exit code 2 and must be restarted',
      ],
    ],
    exits:
      '2 a target would have to change what is fixed for life, or is being retired: nothing is applied; of targets whose index could not be made the first decides: 2 it is another (ENGINE_INDEX_UNFIT), 7 a server is away',
    load: () => import('../commands/targets-apply.ts'),
  },
  {
    name: 'targets list',
    summary: 'Shows the targets of the configuration beside those the database knows',
    detail: 'With the state of each, and how far filling or retiring it has come.',
    examples: [['targets list', 'which differ, and in what']],
    exits: '0 also when they differ',
    load: () => import('../commands/targets-list.ts'),
  },
  {
    name: 'targets lag',
    summary: 'Shows how far each target is behind what was changed',
    detail:
      'behind: the age of the newest change that is certainly in its queue; always at least targets.NAME.overlap. changed: items whose newest content the index does not hold; unread: those of them that are not in the queue yet. Indexed items are found by searches after targets.NAME.commit.visible. daily, ops, bulk, alone: what is in the queue, by lane, including what was requested without a change. oldest: how long the oldest item has been ready. errors: unresolved ones. Items with which a new target still has to be filled are not counted before its sweep has reached them: targets list shows how far that is. status --json has the same under lag.',
    examples: [
      ['targets lag', 'is one of the indexes slower than the others?'],
      ['targets lag --json', 'the same for a script'],
    ],
    exits: '0 however far they are behind',
    load: () => import('../commands/targets-lag.ts'),
  },
  {
    name: 'targets retire',
    takes: '<name>',
    summary: 'Gives up a target: everything the database knows of it is deleted',
    detail:
      'Take it out of the configuration of every host first; a daemon that still names it stops working for it and does not start again. slip-enqueue deletes its rows in batches once no claim is left. The index itself is left alone: remove it in the engine, in any case before a target of this name is added again. Without --yes the rows are only counted.',
    positionals: { name: { describe: 'target', type: 'string' } },
    options: { yes: { describe: 'do it', type: 'boolean', default: false } },
    examples: [
      ['targets retire old', 'tells what would be deleted'],
      ['targets retire old --yes', 'gives it up'],
    ],
    exits: '2 unknown, still in the configuration, or without --yes',
    load: () => import('../commands/targets-retire.ts'),
  },
]
