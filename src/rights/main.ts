import { runStage } from '../daemon/command-line.ts'
import { rightsStage } from './stage.ts'

/** slip-rights. Returns the exit code. */
export const main = (argv: readonly string[]): Promise<number> => runStage(rightsStage, argv)
