import { setFlagsFromString } from 'node:v8'
import { runStage } from '../daemon/command-line.ts'
import { indexStage } from './stage.ts'

/** slip-index. Returns the exit code. */
export const main = (argv: readonly string[]): Promise<number> => {
  // Left alone, V8 lets its young generation grow to 128 MiB of dead page texts: a third of the peak, and no faster for
  // it. Of the flags about it this one can still be set in a running process.
  setFlagsFromString('--semi-space-growth-factor=1')
  // Left alone, it lets what is live grow threefold and more before it collects all. Here that is millions of words of the
  // one page whose text is the rest of the peak.
  setFlagsFromString('--heap-growing-percent=100')
  return runStage(indexStage, argv)
}
