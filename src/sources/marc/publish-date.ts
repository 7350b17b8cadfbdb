import { controlOf, fieldsOf, type MarcRecord, subfieldOf } from './marc-record.ts'

/**
 * Date 1 of the 008, unless its type is n (unknown) or b (before our era), with 0 for each unknown digit `u`; else the
 * first four digits of 260 c. Null when there is neither.
 */
export function publishDate(marc: MarcRecord): string | null {
  const fixed = controlOf(marc, '008')
  const date = fixed.slice(7, 11).toLowerCase()
  const isKnown = fixed.length > 10 && !/[nb]/.test(fixed[6]!) && date !== '0000' && /^\d[\du]{3}$/.test(date)
  if (isKnown) return date.replaceAll('u', '0')
  const [imprint] = fieldsOf(marc, '260')
  const stated = imprint === undefined ? null : subfieldOf(imprint, 'c')
  return /\d{4}/.exec(stated ?? '')?.[0] ?? null
}

/** The range a year is counted to: decade, before 1801 century, before 1500 all; null after 2100. */
export function dateRange(year: string): string | null {
  const number = Number(year)
  if (number < 1500) return 'Pre-1500'
  if (number <= 1800) return `${year.slice(0, 2)}00-${year.slice(0, 2)}99`
  return number <= 2100 ? `${year.slice(0, 3)}0-${year.slice(0, 3)}9` : null
}
