import { expect, test } from 'vitest'
import { isoTime, jsonText } from '../../src/ctl/json-text.ts'

test.each([
  ['2026-03-01 08:15:00+00', '2026-03-01T08:15:00.000000Z'],
  ['2026-03-01 08:15:00.12345+00', '2026-03-01T08:15:00.123450Z'],
  ['2026-03-01 08:15:00.123450', '2026-03-01T08:15:00.123450Z'],
])('the time %s of a database is %s', (text, iso) => {
  expect(isoTime(text)).toBe(iso)
  expect(isoTime(iso)).toBe(iso)
})

test.each([
  '2026-03-01',
  '2026-03-01 08:15:00',
  '2026-03-01 08:15:00.5',
  '2026-03-01 08:15:00+01',
  'at 2026-03-01 08:15:00+00',
  '',
])('the text %j, which no database writes for a time, stays as it is', (text) => {
  expect(isoTime(text)).toBe(text)
})

test('times are found at any depth', () => {
  expect(jsonText({ a: [{ b: '2026-03-01 08:15:00+00' }], c: null, d: 1 })).toBe(
    '{"a":[{"b":"2026-03-01T08:15:00.000000Z"}],"c":null,"d":1}',
  )
})
