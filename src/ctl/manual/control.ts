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
      'Daemons finish the batch in hand and read this before the next one; sweep, recheck and scan rest, the other chores go on. Pausing again replaces the end and the reason. With --drain it returns when every live worker has read the pause and nothing in the scope is claimed; Ctrl-C stops waiting, and the pause stays.',
    positionals: { scope },
    options: {
      for: { describe: 'ends by itself after this time: 30m, 2h, 1d', type: 'string', requiresArg: true },
      reason: { describe: 'shown by status', type: 'string', default: '', requiresArg: true },
      drain: { describe: 'wait until everybody has stopped', type: 'boolean', default: false },
      timeout: { describe: 'with --drain: wait no longer than this', type: 'string', requiresArg: true },
    },
    examples: [
      ['pause stage:index --for 2h --reason "engine upgrade"', 'slip-index claims nothing for two hours'],
      ['pause target:main --drain', 'returns when no worker has anything of this index in hand'],
      ['pause lane:bulk', 'the day’s work goes on, the rest waits'],
    ],
    exits: '2 unknown scope, 5 paused, but not drained in time, or resumed meanwhile',
    load: () => import('../commands/pause.ts'),
  },
  {
    name: 'resume',
    takes: '<scope>',
    summary: 'Ends the pause of exactly this scope',
    detail: 'A target or shard that is suspended because it was away or broken is tried again at once.',
    positionals: { scope },
    examples: [['resume stage:index', 'slip-index goes on']],
    exits: '0 also when it was not paused, 2 unknown scope',
    load: () => import('../commands/resume.ts'),
  },
  {
    name: 'workers',
    summary: 'Lists the daemons that run or died recently, and what each holds',
    detail:
      'A worker that was silent for the longest lease is expired by others: it claims nothing more, and what it held comes back after its lease. Those that expired more than an hour ago and hold nothing are only counted; --json lists them all, with "expired". Their rows are deleted after retention.workers.',
    options: {
      all: { describe: 'also list those that expired long ago', type: 'boolean', default: false },
    },
    examples: [
      ['workers', 'stage, host, pid, release, last heartbeat, claims and duties of each'],
      ['workers --all', 'also the daemons that died in the last days'],
    ],
    exits: '0 also when none runs',
    load: () => import('../commands/workers.ts'),
  },
]
