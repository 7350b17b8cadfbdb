import { runStage } from '../daemon/command-line.ts'
import { enqueueStage } from './stage.ts'

/** slip-enqueue. Returns the exit code. */
export const main = (argv: readonly string[]): Promise<number> => runStage(enqueueStage, argv)
