import { expect, test } from 'vitest'
import { errorLines } from '../../src/errors/error-lines.ts'
import { SlipError } from '../../src/errors/slip-error.ts'

test('a person is told the place of an error, but for what its sentence says already, and what to do', () => {
  const error = new SlipError('ENGINE_UNAVAILABLE', 'connect ECONNREFUSED a:1', {
    place: { target: 'main', url: 'a:1' },
  })
  expect(errorLines(error)).toEqual([
    'ENGINE_UNAVAILABLE: connect ECONNREFUSED a:1',
    '  target=main',
    `  ${error.advice}`,
  ])
  expect(errorLines(new SlipError('USAGE', 'no'), 'See: x')).toEqual(['USAGE: no', '  See: x'])
})

test('of a defect the stack is told of what was thrown', () => {
  const cause = new TypeError('x is not a function')
  expect(errorLines(new SlipError('INTERNAL', 'x', { cause })).at(-1)).toBe(cause.stack)
})
