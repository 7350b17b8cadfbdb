import { expect, test } from 'vitest'
import { neverAbove, ratioAtMost, valueAtMost } from '../../bench/runner/bench.ts'
import { figureOf, inTurns, median, spread } from '../../bench/runner/runs.ts'

test('both sides run in turns, each first in every other round, and the warm-up does not count', async () => {
  const order: string[] = []
  const side = (name: string) => async () => order.push(name)
  const runs = await inTurns({ ours: side('ours'), against: side('peer') }, { warmUps: 1, runs: 5 })
  const twice = ['peer', 'ours', 'ours', 'peer']
  expect(order).toEqual([...twice, ...twice, ...twice])
  expect(runs).toEqual({ ours: [3, 6, 7, 10, 11], against: [4, 5, 8, 9, 12] })
})

test('fewer than five runs are refused', async () => {
  const one = async () => 1
  await expect(inTurns({ ours: one, against: one }, { warmUps: 0, runs: 4 })).rejects.toThrow(RangeError)
})

test('the median is the middle one, and the mean of the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 10, 2])).toBe(3)
})

test('the spread goes from the smallest to the largest', () => {
  expect(spread([3, 1, 2])).toEqual([1, 3])
})

test('a figure has the medians of both sides, their ratio, and says whether the goal is met', () => {
  const measurement = { name: 'x', unit: 'ms', against: 'floor', runs: { ours: [30, 1, 2], against: [1, 1, 9] } }
  expect(figureOf({ ...measurement, goal: ratioAtMost(2) })).toEqual({
    name: 'x',
    value: 2,
    unit: 'ms',
    against: 'floor',
    againstValue: 1,
    ratio: 2,
    goal: 'ratio at most 2',
    met: true,
  })
  expect(figureOf({ ...measurement, goal: ratioAtMost(1.9) }).met).toBe(false)
  expect(figureOf({ ...measurement, goal: valueAtMost(1, 'ms') })).toMatchObject({ goal: 'at most 1 ms', met: false })
  expect(figureOf({ ...measurement, goal: neverAbove(29, 'ms') })).toMatchObject({ value: 2, met: false })
  expect(figureOf({ ...measurement, goal: neverAbove(30, 'ms') }).met).toBe(true)
})
