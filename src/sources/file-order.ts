import { basename } from 'node:path'
import { isDay } from './calendar.ts'

/**
 * What files are sorted by, as text: the last date (YYYYMMDD) in their base name, then the base name, then the path. Catalogue
 * and hathifiles are named so: a month's full file comes after the days of the month before and before its own, and of one
 * day `full` before `upd`. A name without a date comes before all that have one.
 */
export function fileOrder(path: string): string {
  const name = basename(path)
  const dates = [...name.matchAll(/(?<!\d)(\d{4})(\d\d)(\d\d)(?!\d)/g)].filter(([, year, month, day]) =>
    isDay(Number(year), Number(month), Number(day)),
  )
  return [dates.at(-1)?.[0] ?? '', name, path].join('\0')
}
