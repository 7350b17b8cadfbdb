import { parseDuration } from '../config/duration.ts'
import { SlipError } from '../errors/slip-error.ts'
import { databaseClock } from '../state/clock.ts'
import type { Connection } from '../state/connection.ts'

/** A time as a person types it: a date, a moment with or without zone, or how long ago. */
const written = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(\.\d{1,6})?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/

/** A time that may be so long before the clock of the database. */
export type Time = (db: Connection) => Promise<string>

/**
 * The value of `--since` or `--until` as timestamp text of the database, UTC where it names no zone, for so times are
 * shown; `2h` is two hours before the clock of the database. Throws USAGE.
 */
export function timeOption(name: string, text: string | undefined): Time | undefined {
  if (text === undefined) return undefined
  const ago = parseDuration(text)
  if (ago !== undefined) return async (db) => textOf(inUtc(await databaseClock(db)) - ago)
  const ms = absolute(text.trim())
  // the years a timestamp of both databases can hold
  if (ms !== undefined && ms >= 0 && ms < Date.UTC(10_000, 0)) return async () => textOf(ms) + microseconds(text)
  throw new SlipError(
    'USAGE',
    `--${name} ${text} is not a time: write 2026-03-01, '2026-03-01 08:15' (UTC), or 2h for two hours ago`,
  )
}

const textOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

/** A date of JavaScript has none: they travel beside it. */
const microseconds = (text: string): string => written.exec(text.trim())?.[4] ?? ''

/** The clock of the database: `2026-03-01 08:15:00.123456`, with `+00` on PostgreSQL. */
const inUtc = (clock: string): number => Date.parse(`${clock.slice(0, 19).replace(' ', 'T')}Z`)

/** undefined for a moment that no calendar has. */
function absolute(text: string): number | undefined {
  const [whole, day, minute = '00:00', second = '00', , zone = 'Z'] = written.exec(text) ?? []
  if (whole === undefined) return undefined
  const wall = `${day}T${minute}:${second}`
  const inZone = Date.parse(`${wall}Z`)
  // 30 February is 2 March to JavaScript
  if (Number.isNaN(inZone) || new Date(inZone).toISOString().slice(0, 19) !== wall) return undefined
  return Date.parse(`${wall}${zone.replace(/^(...)(\d\d)$/, '$1:$2')}`)
}
