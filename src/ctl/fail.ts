import { exitCodeOf } from '../daemon/exit-codes.ts'
import type { Place, SlipError } from '../errors/slip-error.ts'
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
  const lines = [`slipctl: ${error.code}: ${error.message}`]
  const place = placeText(error.place, error.message)
  if (place !== '') lines.push(`  ${place}`)
  lines.push(`  ${advice}`)
  if (error.class === 'internal') lines.push(((error.cause as Error | undefined) ?? error).stack ?? '')
  process.stderr.write(`${lines.join('\n')}\n`)
  return exitCodeOf(error)
}

/** A place as `key=value …`; what the message says already is left out. */
export function placeText(place: Place, message = ''): string {
  return Object.entries(place)
    .filter(([, value]) => !message.includes(String(value)))
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
}
