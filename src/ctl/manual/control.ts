import type { Command } from '../command.ts'

const scope = {
  describe: 'all, stage:NAME, target:NAME, shard:TARGET/N, lane:NAME or host:NAME',
  type: 'string',
} as const

/** Commands that stop and start the daemons' work. */
export const control: readonly Command[] = [
  {
    name: 'pause',
    takes: '<scope>',
    summary: 'Stops work on a scope until it is resumed',
    detail:
      'Daemons finish the batch in hand and read this before the next one; chores go on. Pausing again replaces end and reason.',
    positionals: { scope },
    options: {
      for: { describe: 'ends by itself after this time: 30m, 2h, 1d', type: 'string', requiresArg: true },
      reason: { describe: 'shown by status', type: 'string', default: '', requiresArg: true },
    },
    examples: [
      ['pause stage:index --for 2h --reason "engine upgrade"', 'slip-index claims nothing for two hours'],
      ['pause lane:bulk', 'the day’s work goes on, the rest waits'],
    ],
    exits: '2 unknown scope',
    load: () => import('../commands/pause.ts'),
  },
  {
    name: 'resume',
    takes: '<scope>',
    summary: 'Ends the pause of exactly this scope',
    positionals: { scope },
    examples: [['resume stage:index', 'slip-index goes on']],
    exits: '0 also when it was not paused, 2 unknown scope',
    load: () => import('../commands/resume.ts'),
  },
]
