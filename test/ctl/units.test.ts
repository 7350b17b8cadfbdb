import { afterEach, expect, test, vi } from 'vitest'
import { age } from '../../src/ctl/units.ts'

afterEach(() => vi.unstubAllEnvs())

test('times of MariaDB and MySQL have no zone and are UTC, wherever slipctl runs', () => {
  vi.stubEnv('TZ', 'America/New_York')
  // in New York the clocks go forward between the two
  expect(age('2026-03-08 06:30:00.000000', '2026-03-08 07:31:00.000000')).toBe('61 min')
  expect(age('2026-03-08 01:00:00.000000', '2026-03-08 04:30:00.000000')).toBe('3 h')
  expect(age('2026-03-08 01:00:00+00', '2026-03-08 04:30:00.5+00')).toBe('3 h')
})
