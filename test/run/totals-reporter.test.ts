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

test('of the contract of the engines each engine has its totals', async () => {
  const contract = (name: string, tests: string) => `describe('engine contract: ${name}', () => { ${tests} })`
  const { lines } = await runProject({
    'a.test.ts': `test('one', () => {}); ${contract('solr', `describe('fences', () => { test('two', () => {}) }); test.skip('three')`)}`,
    'b.test.ts': contract('embedded', `test('four', () => {})`),
  })
  expect(lines.slice(-3)).toEqual([
    'engine contract: embedded: 1 passed, 0 failed, 0 skipped',
    'engine contract: solr: 1 passed, 0 failed, 1 skipped',
    '3 passed, 0 failed, 1 skipped',
  ])
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
