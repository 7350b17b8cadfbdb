import { expect, test } from 'vitest'
import { isDay } from '../../src/sources/calendar.ts'

test('a day is one when a Date made of it is that day', () => {
  const found: string[] = []
  for (let year = 1_896; year <= 2_104; year++)
    for (let month = 0; month <= 13; month++)
      for (let day = 0; day <= 32; day++) {
        const date = new Date(Date.UTC(year, month - 1, day))
        const isSame = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
        if (isDay(year, month, day) !== isSame) found.push(`${year}-${month}-${day}`)
      }
  expect(found).toEqual([])
})

test('years before 100 are years of the calendar', () => {
  expect([isDay(0, 2, 29), isDay(4, 2, 29), isDay(99, 2, 29)]).toEqual([true, true, false])
})
