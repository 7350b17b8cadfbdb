import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StormBrake } from '../../src/daemon/storm-brake.ts'

const brakeAfter = (outcomes: readonly (string | null)[], share = 0.2) => {
  const brake = new StormBrake(share)
  for (const outcome of outcomes) brake.add(outcome)
  return brake
}

test('a storm is one code in more than a fifth of the last 500 outcomes, and of 100 at least', () => {
  const outcome = fc.constantFrom(null, null, null, 'A', 'B')
  // in runs, so that what is long past is told from what is not
  const runs = fc.array(fc.tuple(outcome, fc.integer({ min: 1, max: 200 })), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(runs, (runs) => {
      const outcomes = runs.flatMap(([outcome, times]) => new Array<string | null>(times).fill(outcome))
      const last = outcomes.slice(-500)
      const storms = ['A', 'B']
        .map((code) => ({ code, failed: last.filter((each) => each === code).length, of: last.length }))
        .filter(({ failed, of }) => of >= 100 && failed > of / 5)
      const storm = brakeAfter(outcomes).storm()
      if (storms.length === 0) expect(storm).toBeNull()
      else expect(storms).toContainEqual(storm)
    }),
  )
})

test('many codes that each take little are no storm', () => {
  const outcomes = Array.from({ length: 500 }, (_, at) => `CODE_${at % 6}`)
  expect(brakeAfter(outcomes).storm()).toBeNull()
})

test('with a share of 1 nothing is a storm', () => {
  expect(
    brakeAfter(
      Array.from({ length: 500 }, () => 'A'),
      1,
    ).storm(),
  ).toBeNull()
})

test('after a storm it is counted anew', () => {
  const brake = brakeAfter(Array.from({ length: 500 }, () => 'A'))
  expect(brake.storm()).toEqual({ code: 'A', failed: 500, of: 500 })
  brake.reset()
  for (let count = 0; count < 99; count++) brake.add('A')
  expect(brake.storm()).toBeNull()
})
