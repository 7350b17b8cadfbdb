const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** A timestamp of the database, to the second: `2026-03-01 08:15:00`, UTC as every session is. */
export function moment(timestamp: string): string {
  return timestamp.slice(0, 19)
}

/** Milliseconds between two timestamps of the database, none where the clock was set back between them. */
export const elapsed = (timestamp: string, now: string): number =>
  Math.max(0, milliseconds(now) - milliseconds(timestamp))

/** Time between two timestamps of the database in its largest whole unit: `40 s`, `3 min`, `5 h`, `12 d`. */
export function age(timestamp: string, now: string): string {
  const ms = elapsed(timestamp, now)
  if (ms < 2 * minute) return `${Math.floor(ms / second)} s`
  if (ms < 2 * hour) return `${Math.floor(ms / minute)} min`
  if (ms < 2 * day) return `${Math.floor(ms / hour)} h`
  return `${Math.floor(ms / day)} d`
}

/** Good for ages only: a JavaScript date drops microseconds. */
function milliseconds(timestamp: string): number {
  const [day = '', time = ''] = timestamp.split(' ')
  const offset = /[+-]\d\d$/.exec(time)?.[0]
  return Date.parse(`${day}T${offset ? `${time}:00` : `${time}Z`}`)
}

/** Bytes in the unit that leaves one to three digits before the point: `999 B`, `1.4 MB`. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1_000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${power === 0 ? bytes : (bytes / 1_000 ** power).toFixed(1)} ${units[power]}`
}

/** Milliseconds as the configuration writes them: `10s`, `5m`, `1500ms`. */
export function duration(ms: number): string {
  for (const [unit, length] of [
    ['d', day],
    ['h', hour],
    ['m', minute],
    ['s', second],
  ] as const) {
    if (ms >= length && ms % length === 0) return `${ms / length}${unit}`
  }
  return `${ms}ms`
}

/** `1 item`, `2 items`. */
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
