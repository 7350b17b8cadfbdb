const daysOf = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Whether there is such a day; months from 1. A Date that is made and written as text again says the same, and takes
 * several times as long.
 */
export function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const isLeap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= daysOf[month - 1]! + (isLeap ? 1 : 0)
}
