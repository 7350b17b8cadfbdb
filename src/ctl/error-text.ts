import { type Code, errorCodes } from '../errors/codes.ts'
import { adviceOf, type ErrorCode } from '../errors/error-code.ts'
import { placeText } from '../errors/error-lines.ts'
import { suggestion } from '../errors/nearest.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { ErrorRow } from '../state/audit/errors.ts'
import type { Session } from './command.ts'
import { jsonRow } from './json-text.ts'
import { asTyped } from './next-step.ts'
import { moment, plural } from './units.ts'

/** An error row as one line: when, which, what, and whether it still stands; `subject` where the message names none. */
export function errorLine(row: ErrorRow, subject?: string): string {
  const end = row.resolution === null ? '' : ` [${row.resolution} ${moment(row.resolved_at ?? '')}]`
  const where = [row.target ?? row.source ?? '', subject].filter(Boolean).join('  ')
  return `#${row.id}  ${moment(row.error_time)}  ${where}  ${row.code}: ${oneLine(row.message)}${end}`
}

/** An error row whole: message, place, who met it, what to do about it. */
export function errorBlock(row: ErrorRow, session: Session): string {
  const advice = adviceFor(row, session)
  const place = placeText(placeOf(row), row.message)
  const who = [row.attempts === null ? null : plural(row.attempts, 'attempt'), row.host, row.pid && `pid ${row.pid}`]
  return [
    errorLine(row),
    place === '' ? null : `  where  ${place}`,
    `  met    stage ${row.stage}, ${who.filter((part) => part).join(', ')}`,
    row.note === null ? null : `  note   ${oneLine(row.note)}`,
    advice === null || row.resolution !== null ? null : `  to do  ${advice}`,
  ]
    .filter((line) => line !== null)
    .join('\n')
}

/** What to do about an error; null for a code this release does not know. */
export function adviceFor(row: ErrorRow, session: Session): string | null {
  const entry = (errorCodes as Readonly<Record<string, ErrorCode>>)[row.code]
  return entry === undefined ? null : asTyped(adviceOf(entry, row.message), session, row.htid ?? undefined)
}

/** The row with its detail as an object, for --json. */
export function errorData(row: ErrorRow): Record<string, unknown> {
  return { ...jsonRow(row), detail: row.detail === null ? null : JSON.parse(row.detail) }
}

/** A code a person typed. Throws USAGE with the nearest one when there is none of that name. */
export function knownCode(code: string | undefined): Code | undefined {
  if (code === undefined || code in errorCodes) return code as Code | undefined
  throw new SlipError('USAGE', `there is no error code ${code}${suggestion(code, Object.keys(errorCodes))}`)
}

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

function placeOf({ detail, shard }: ErrorRow): Record<string, string | number> {
  const known = detail === null ? {} : (JSON.parse(detail) as Record<string, unknown>)
  const { advice, stack, place, ...rest } = known
  const whole = { ...rest, ...(place as object | undefined), ...(shard && { shard }) }
  return Object.fromEntries(Object.entries(whole).map(([key, value]) => [key, oneLine(String(value)).slice(0, 500)]))
}
