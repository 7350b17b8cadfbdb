import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PatientQuestion } from '../../src/daemon/patient-question.ts'

let time = 0
beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => time))
afterEach(() => void vi.restoreAllMocks())

/** A question whose answers are given by hand, in the order in which it was asked. */
function asked() {
  const answers: PromiseWithResolvers<string>[] = []
  const question = new PatientQuestion(() => {
    const answer = Promise.withResolvers<string>()
    answers.push(answer)
    return answer.promise
  }, 0)
  return { question, answers }
}
test('who is told to wait gets the answer when it comes again, and it is asked once', async () => {
  const { question, answers } = asked()
  expect(await question.answer()).toBe('waits')
  expect(await question.answer()).toBe('waits')
  answers[0]?.resolve('yes')
  expect([await question.answer(), answers.length]).toEqual(['yes', 1])
})

test('an answer that nobody fetched for long is of another time, a refusal as well: it is asked anew', async () => {
  const { question, answers } = asked()
  await question.answer()
  answers[0]?.reject(new Error('away'))
  // it has come by the end of this turn
  await new Promise(setImmediate)
  time += 5_100
  expect(await question.answer()).toBe('waits')
  answers[1]?.resolve('yes')
  expect([await question.answer(), answers.length]).toEqual(['yes', 2])
})
