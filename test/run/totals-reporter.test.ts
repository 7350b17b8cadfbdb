import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runNode } from '../bin/run-node.ts'
import { root } from '../checks/run-tool.ts'

/** Runs vitest with the reporter on files of its own; what it printed, line by line. */
async function run(files: Record<string, string>): Promise<{ code: number | null; lines: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'slip-reporter-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const reporter = join(root, 'test/run/totals-reporter.ts')
  writeFileSync(
    join(folder, 'vitest.config.ts'),
    `import { TotalsReporter } from '${reporter}'\nexport default { test: { reporters: [new TotalsReporter()] } }`,
  )
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), `import { beforeAll, describe, expect, test } from 'vitest'\n${text}`)
  }
  const ended = await runNode([join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder], { cwd: folder })
  return { code: ended.code, lines: ended.out.trim().split('\n') }
}

test('passed, failed and skipped tests are counted, and a skip tells its reason', async () => {
  const { code, lines } = await run({
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
  const { code, lines } = await run({ 'a.test.ts': text, 'b.test.ts': `test('fine', () => {})` })
  expect(code).toBe(1)
  expect(lines.at(-1)).toBe(closing)
})
