import { exitCodes } from '../daemon/exit-codes.ts'
import { jsonText } from './json-text.ts'

/**
 * The one way to standard output: `data` as one line of JSON with `--json`, else what `text` makes of it. Nothing is
 * written for an empty text.
 */
export function print(session: { readonly json: boolean }, data: unknown, text: () => string): void {
  const line = session.json ? jsonText(data) : text()
  if (line !== '') process.stdout.write(`${line}\n`)
}

/** A sentence for people that is no part of the answer: on standard error. */
export function note(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

/**
 * A reader that leaves (`| head`) ends the answer, not the command: what is written from then on goes nowhere, and the
 * command still closes what it opened. Where the answer cannot be kept, such as on a full disk, it ends at once.
 */
export function endQuietlyWithoutReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    note(`slipctl: the answer cannot be written: ${error.message}`)
    process.exit(exitCodes.unexpected)
  })
}
