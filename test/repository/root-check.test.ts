import { expect, test } from 'vitest'
import { rootCheck } from '../../src/repository/availability.ts'

test('a root that does not answer is away, and is asked by one look at a time', async () => {
  let looks = 0
  let answer = (): void => undefined
  const silent = () => {
    looks++
    return new Promise<void>((resolve) => {
      answer = resolve
    })
  }
  const check = rootCheck('/mnt/dead', silent, 10)
  for (let time = 0; time < 3; time++) {
    await expect(check()).rejects.toMatchObject({
      code: 'REPOSITORY_UNAVAILABLE',
      message: 'The repository root /mnt/dead does not answer within 10 ms',
    })
  }
  expect(looks).toBe(1)
  const last = check()
  answer()
  await last
})

test('what a look finds is told as it is', async () => {
  const check = rootCheck('/mnt/away', () => Promise.reject(new Error('it is empty')))
  await expect(check()).rejects.toThrow('it is empty')
  await expect(check()).rejects.toThrow('it is empty')
})
