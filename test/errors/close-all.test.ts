import { expect, test } from 'vitest'
import { closeAll } from '../../src/errors/close-all.ts'

test('all are closed in turn, and the first failure is thrown', async () => {
  const closed: number[] = []
  const close =
    (number: number, fails = false) =>
    async () => {
      closed.push(number)
      if (fails) throw new Error(`${number}`)
    }
  await expect(closeAll(close(1), close(2, true), close(3, true), close(4))).rejects.toThrow('2')
  expect(closed).toEqual([1, 2, 3, 4])
})
