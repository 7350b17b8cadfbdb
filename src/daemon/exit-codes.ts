import type { SlipError } from '../errors/slip-error.ts'

/** Exit codes of every command (architecture.md, Exit codes). */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  mismatch: 3,
  someRejected: 4,
  stopped: 5,
  locked: 6,
  serverAway: 7,
  schema: 8,
} as const

/** The exit code for an error that ends a command. */
export function exitCodeOf(error: SlipError): number {
  if (error.code === 'LOCKED' || error.code === 'STORM_BRAKE') return exitCodes.locked
  if (error.code === 'SCHEMA_TOO_OLD' || error.code === 'SCHEMA_TOO_NEW') return exitCodes.schema
  if (error.code === 'PASS_INCOMPLETE') return exitCodes.stopped
  if (error.class === 'environment') return exitCodes.serverAway
  // what a person named: an unknown item, an id that is none, a volume that cannot be assembled
  if (error.class === 'item' || error.code === 'NOT_FOUND') return exitCodes.someRejected
  if (error.class === 'usage') return exitCodes.usage
  return exitCodes.unexpected
}
