/**
 * How far the feed of a catalogue was read, as its watermark keeps it. Days are YYYYMMDD, so the later one is the greater.
 *
 * A pass reads from some days behind `newest` on, the newest day of an item that was seen so far. It is not the day of the
 * pass: a catalogue that stood still for a week comes back with dates of that week. Nor may it lie behind the day on which
 * the pass began: a record that changed while the pass was past its id has that day, and a date of the year 2099 in one
 * record would end the feed.
 */
export interface FeedPosition {
  /** null: nothing was read yet, or nothing that has a date: the next pass reads all. */
  readonly newest: string | null
  /** A pass that is under way, or was broken off. */
  readonly reading: FeedReading | null
}

export interface FeedReading {
  /** Day from which it reads; null = it reads all. */
  readonly since: string | null
  readonly startedOn: string
  /** The newest day of an item it has seen. */
  readonly newest: string | null
  readonly cursor: string
}

/** The text of a watermark; what a person set to have all read again, and what is none of these, is read as none. */
export function positionOf(text: string | null): FeedPosition {
  const match = text === null ? null : /^(none|\d{8})(?: reading (.+))?$/.exec(text)
  return { newest: dayOf(match?.[1]), reading: readingOf(match?.[2]) }
}

export function textOf({ newest, reading }: FeedPosition): string {
  if (reading === null) return newest ?? 'none'
  const { since, startedOn, newest: seen, cursor } = reading
  return `${newest ?? 'none'} reading since ${since ?? 'none'} from ${startedOn} seen ${seen ?? 'none'} at ${cursor}`
}

function readingOf(text: string | undefined): FeedReading | null {
  const match = text === undefined ? null : /^since (none|\d{8}) from (\d{8}) seen (none|\d{8}) at (\S+)$/.exec(text)
  if (match === null) return null
  const [, since, startedOn = '', newest, cursor = ''] = match
  return { since: dayOf(since), startedOn, newest: dayOf(newest), cursor }
}

const dayOf = (text: string | undefined): string | null => (text === undefined || text === 'none' ? null : text)

/** The day so many days before. */
function daysBefore(day: string, days: number): string {
  const date = new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6)) - days))
  return date.toISOString().slice(0, 10).replaceAll('-', '')
}

export const laterDay = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? (a ?? b) : a > b ? a : b

/** The newest of the days, but for those after the morrow of a pass: they are slips, and say nothing of what it saw. */
export function newestDay(days: Iterable<string>, startedOn: string): string | null {
  const morrow = daysBefore(startedOn, -1)
  let newest: string | null = null
  for (const day of days) if (day <= morrow) newest = laterDay(newest, day)
  return newest
}

/** A day, but not after `limit`. */
const cappedDay = (day: string | null, limit: string): string | null => (day !== null && day > limit ? limit : day)

/** Where the pass that reads next begins. `all`: whatever was read before. */
export function nextReading(position: FeedPosition, today: string, lagDays: number, all: boolean): FeedReading {
  const newest = cappedDay(position.newest, today)
  const since = all || newest === null ? null : daysBefore(newest, lagDays)
  const { reading } = position
  // what was broken off is gone on with when it reads the same
  return reading?.since === since ? reading : { since, startedOn: today, newest: null, cursor: '*' }
}

/** The position when a pass has ended. */
export function afterReading(position: FeedPosition, { since, startedOn, newest }: FeedReading): FeedPosition {
  const before = since === null ? null : position.newest
  return { newest: cappedDay(laterDay(before, newest), startedOn), reading: null }
}
