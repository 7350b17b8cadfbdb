import { expect, test } from 'vitest'
import { runProject } from './vitest-project.ts'

test('passed, failed and skipped tests are counted, and a skip tells its reason', async () => {
  const { code, lines } = await runProject({
    'a.test.ts': `test('one', () => {}); test('two', () => expect(1).toBe(2)); test('three', ({ skip }) => skip('no data here'))`,
    'b.test.ts': `test('four', () => {})`,
  })
  expect(code).toBe(1)
  expect(lines.at(-1)).toBe('2 passed, 1 failed, 1 skipped')
  expect(lines).toContain('skipped: a.test.ts > three (no data here)')
})

test.each([
  ['a file that cannot be imported', `import './absent.ts'\ntest('one', () => {})`, '1 passed, 1 failed, 0 skipped'],
  [
    'a hook that fails',
    `describe('s', () => { beforeAll(() => { throw new Error('x') }); test('one', () => {}) })`,
    '1 passed, 1 failed, 1 skipped',
  ],
  [
    'an error that nobody handles',
    `test('one', () => { Promise.reject(new Error('x')) })`,
    '2 passed, 1 failed, 0 skipped',
  ],
])('%s counts as one failed', async (_, text, closing) => {
  const { code, lines } = await runProject({ 'a.test.ts': text, 'b.test.ts': `test('fine', () => {})` })
  expect(code).toBe(1)
  expect(lines.at(-1)).toBe(closing)
})
