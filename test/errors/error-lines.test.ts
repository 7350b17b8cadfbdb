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

test.each([
  ['no space left on device', /room on the disk/],
  ['cluster_block_exception: blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark]', /room on/],
  ['cluster_block_exception: index [a] blocked by: [FORBIDDEN/5/index read-only (api)];', /made the index read-only/],
  ['certificate has expired (CERT_HAS_EXPIRED)', /Renew the certificate/],
  ['answered 401: the credentials are not accepted', /user and password, or apiKey/],
  ['answered 403: the user may not do this', /Give the user/],
  ['answered 503 with text/html, not JSON: <h1>', /engine behind it/],
  ['answered 200 with text/html, not JSON: <h1>', /Something else answers/],
  ['connect ECONNREFUSED 10.0.0.1:4010', /that the engine runs/],
])('what to do about an index that is away follows from why: %s', (why, advice) => {
  expect(new SlipError('ENGINE_UNAVAILABLE', why).advice).toMatch(advice)
})

test('of a defect the stack is told of what was thrown', () => {
  const cause = new TypeError('x is not a function')
  expect(errorLines(new SlipError('INTERNAL', 'x', { cause })).at(-1)).toBe(cause.stack)
})
