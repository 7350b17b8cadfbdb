import { expect, test } from 'vitest'
import {
  afterReading,
  type FeedPosition,
  newestDay,
  nextReading,
  positionOf,
  textOf,
} from '../../src/rights/feed-position.ts'

const today = '20260301'
const begun = { since: '20260225', startedOn: '20260228', newest: '20260227', cursor: 'AoEicjE=' }

test('a position is read as it was written, and what is none as the beginning', () => {
  const positions: FeedPosition[] = [
    { newest: null, reading: null },
    { newest: '20260227', reading: null },
    { newest: '20260227', reading: begun },
    { newest: null, reading: { since: null, startedOn: today, newest: null, cursor: '*' } },
  ]
  for (const position of positions) expect(positionOf(textOf(position))).toEqual(position)
  for (const text of [null, '', 'unread', '2026-02-27', '20260227 reading nonsense x'])
    expect(positionOf(text).reading).toBeNull()
  expect(positionOf('unread')).toEqual({ newest: null, reading: null })
})

test('a pass reads from the lag before the newest day on, over the ends of months and years', () => {
  const since = (newest: string, lag: number) => nextReading({ newest, reading: null }, today, lag, false).since
  expect([since('20260301', 2), since('20260101', 1), since('20240301', 1)]).toEqual([
    '20260227',
    '20251231',
    '20240229',
  ])
})

test('a newest day that lies ahead of the clock counts as today', () => {
  expect(nextReading({ newest: '20991231', reading: null }, today, 2, false).since).toBe('20260227')
})

test('days after the morrow of a pass say nothing of what it saw', () => {
  expect(newestDay(['20260110', '20991231', '20260112', '20260111'], '20260301')).toBe('20260112')
  expect(newestDay(['20260302'], '20260301')).toBe('20260302')
  expect(newestDay(['20260303'], '20260301')).toBeNull()
  expect(newestDay([], '20260301')).toBeNull()
})

test('a pass that was broken off goes on only when it would read the same', () => {
  const position = { newest: '20260227', reading: begun }
  expect(nextReading(position, today, 2, false)).toEqual(begun)
  const anew = { startedOn: today, newest: null, cursor: '*' }
  expect(nextReading(position, today, 3, false)).toEqual({ ...anew, since: '20260224' })
  expect(nextReading(position, today, 2, true)).toEqual({ ...anew, since: null })
})

test('after a pass the newest day it has seen counts, not beyond the day it began on, and no day is taken back', () => {
  const after = (newest: string | null, seen: string | null) =>
    afterReading({ newest, reading: null }, { ...begun, newest: seen }).newest
  expect(after('20260226', '20260227')).toBe('20260227')
  expect(after('20260226', '20260301')).toBe('20260228')
  expect(after('20260226', '20260101')).toBe('20260226')
  expect(after('20260226', null)).toBe('20260226')
})

test('after a whole pass what it has seen counts alone: the catalogue may be another', () => {
  const whole = { ...begun, since: null }
  expect(afterReading({ newest: '20260227', reading: null }, { ...whole, newest: '20260101' }).newest).toBe('20260101')
  expect(afterReading({ newest: '20260227', reading: null }, { ...whole, newest: null }).newest).toBeNull()
})
