import { runStage } from '../daemon/command-line.ts'
import { indexStage } from './stage.ts'

/** slip-index. Returns the exit code. */
export const main = (argv: readonly string[]): Promise<number> => runStage(indexStage, argv)
