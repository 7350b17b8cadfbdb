import type { Options } from 'yargs'

/** Options that mean the same wherever they appear. */
export const targetOption: Options = {
  describe: 'this target only (default: all)',
  type: 'string',
  requiresArg: true,
}
