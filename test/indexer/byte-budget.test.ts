import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteBudget } from '../../src/indexer/byte-budget.ts'

const never = new AbortController().signal
const limit = 100

/** Whether a promise has resolved, once all that can go on has. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  void promise.then(() => {
    settled = true
  })
  await new Promise(setImmediate)
  return settled
}

test('what is in memory never exceeds the budget, and an item of more than half of it is alone', async () => {
  const sizes = fc.array(fc.tuple(fc.integer({ min: 0, max: 150 }), fc.integer({ min: 0, max: 150 }), fc.nat()), {
    maxLength: 30,
  })
  await fc.assert(
    fc.asyncProperty(sizes, async (items) => {
      const budget = new ByteBudget(limit)
      const held: number[] = []
      for (const [stated, real, which] of items) {
        const taken = budget.take(stated, never)
        // what is posted is let go, in any order, until there is room
        while (!(await isSettled(taken))) {
          expect(held.length).toBeGreaterThan(0)
          budget.release(held.splice(which % held.length, 1)[0] as number)
        }
        expect(await taken).toBe(true)
        const sum = held.reduce((total, each) => total + each, stated)
        if (held.some((each) => each > 0)) expect(sum).toBeLessThanOrEqual(limit)
        const isLarge = (each: number) => each > limit / 2
        if ([...held, stated].some(isLarge)) expect(held.filter((each) => each > 0)).toEqual([])
        budget.correct(stated, real)
        held.push(real)
      }
    }),
  )
})

test('who waits for room hears of a stop', async () => {
  const budget = new ByteBudget(limit)
  const stop = new AbortController()
  expect(await budget.take(60, stop.signal)).toBe(true)
  const waiting = budget.take(10, stop.signal)
  expect(await isSettled(waiting)).toBe(false)
  stop.abort()
  expect(await waiting).toBe(false)
  budget.release(60)
  expect(budget.hasRoom(60)).toBe(true)
})
