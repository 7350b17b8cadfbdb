import { describe, expect, it } from 'vitest'
import { rateAfter } from '../../bench/engines/rate.ts'

/** What an engine takes that is as fast whatever it is sent: parcels of so many MB, so many at a time. */
function takenBy(
  speed: number,
  { parcel, connections, parcels }: Record<'parcel' | 'connections' | 'parcels', number>,
) {
  const each = (1000 * parcel * connections) / speed
  return Array.from({ length: parcels }, (_, place) => {
    const from = Math.floor(place / connections) * each
    return { from, at: from + each, bytes: parcel * 1e6 }
  })
}

describe('the rate of a leg', () => {
  it.each([
    { parcel: 1, connections: 2, parcels: 160 },
    { parcel: 16, connections: 4, parcels: 12 },
    { parcel: 16, connections: 1, parcels: 10 },
  ])('is that of the engine, of $connections × $parcel MB', (choice) => {
    expect(rateAfter(20e6, takenBy(10, choice))).toBeCloseTo(10, 3)
  })

  it('does not count what comes before the warm-up is over', () => {
    const slow = takenBy(1, { parcel: 10, connections: 1, parcels: 2 })
    const fast = takenBy(10, { parcel: 10, connections: 1, parcels: 10 })
    const after = fast.map(({ from, at, bytes }) => ({ from: from + 20_000, at: at + 20_000, bytes }))
    expect(rateAfter(20e6, [...slow, ...after])).toBeCloseTo(10, 3)
  })

  it('is refused when nothing comes after the warm-up', () => {
    expect(() => rateAfter(20e6, takenBy(10, { parcel: 10, connections: 1, parcels: 2 }))).toThrow(
      'nothing was measured after 20000000 bytes',
    )
  })
})
