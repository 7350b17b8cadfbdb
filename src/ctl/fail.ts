import { exitCodeOf } from '../daemon/exit-codes.ts'
import { errorLines } from '../errors/error-lines.ts'
import type { SlipError } from '../errors/slip-error.ts'
import type { Session } from './command.ts'
import { asTyped } from './next-step.ts'

/**
 * Tells why a command failed: one sentence, the place and what to do on standard error, and with `--json` the same as
 * an object on standard output. A stack only for a defect. Returns the exit code.
 *
 * @param words the command, for whom its help is named
 */
export function fail(error: SlipError, session: Session, words: readonly string[]): number {
  const text = error.code === 'USAGE' ? `See: ${['slipctl', ...words, '--help'].join(' ')}` : error.advice
  const advice = asTyped(text, session, error.place.htid)
  if (session.json) {
    const { code, message, place } = error
    process.stdout.write(`${JSON.stringify({ error: { code, message, place, advice } })}\n`)
  }
  process.stderr.write(`slipctl: ${errorLines(error, advice).join('\n')}\n`)
  return exitCodeOf(error)
}
