import type { Options } from 'yargs'

/** Options that mean the same wherever they appear. */
export const targetOption: Options = {
  describe: 'this target only (default: all)',
  type: 'string',
  requiresArg: true,
}

export const idsFileOption: Options = {
  describe: 'file of ids, one a line; - for standard input; blank lines and # comments are skipped',
  type: 'string',
  requiresArg: true,
}

const time = `a time (2026-03-01, '2026-03-01 08:15', UTC) or how long ago (2h, 3d)`

export const sinceOption: Options = { describe: `from this time on: ${time}`, type: 'string', requiresArg: true }

export const untilOption: Options = {
  describe: 'before this time, written as --since',
  type: 'string',
  requiresArg: true,
}

/** Of a command whose why cannot be seen afterwards. */
export const reasonOption: Options = {
  describe: 'why; kept in slip_errors with who did it',
  type: 'string',
  demandOption: true,
  requiresArg: true,
}

/** Of a destructive command. */
export const confirmOptions: Readonly<Record<string, Options>> = {
  yes: { describe: 'do it; without it, the command only says what it would do', type: 'boolean', default: false },
  'dry-run': { describe: 'say what would be done, and exit 0', type: 'boolean', default: false },
}
