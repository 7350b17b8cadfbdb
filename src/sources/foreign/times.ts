/** Times of a rights database as text in one form, `YYYY-MM-DD hh:mm:ss.ffffff`: it sorts as the times do. */
const form = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/

export const isTime = (text: string | null | undefined): text is string => form.test(text ?? '')

/** A time some milliseconds, rounded up to seconds, earlier. The fraction is kept as it is: a JavaScript date drops it. */
export function before(time: string, ms: number): string {
  const seconds = Date.parse(`${time.slice(0, 19).replace(' ', 'T')}Z`) - Math.ceil(ms / 1000) * 1000
  // a zero date has nothing before it
  if (Number.isNaN(seconds) || seconds < 0) return time
  return `${new Date(seconds).toISOString().slice(0, 19).replace('T', ' ')}${time.slice(19)}`
}

export const earlier = (a: string, b: string): string => (a < b ? a : b)
export const later = (a: string | null, b: string): string => (a !== null && a > b ? a : b)

/** As rights rows keep it, in seconds; null for MySQL's zero date. */
export const rightsTimeOf = (time: string): string | null => (time.startsWith('0000-') ? null : time.slice(0, 19))
