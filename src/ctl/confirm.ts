import { exitCodes } from '../daemon/exit-codes.ts'
import type { Session } from './command.ts'
import { note, print } from './print.ts'

/** What a destructive command is told. */
export interface Confirmation extends Session {
  readonly yes: boolean
  readonly dryRun: boolean
}

/** Prints what a destructive command would do; returns the exit code of a command that does nothing else. */
export function wouldDo({ yes, dryRun, json }: Confirmation, data: object, text: () => string): number {
  print({ json }, { dryRun: true, ...data }, text)
  if (dryRun || yes) return exitCodes.done
  note('nothing was done: it needs --yes')
  return exitCodes.usage
}
