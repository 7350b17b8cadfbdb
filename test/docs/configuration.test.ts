import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { blocksOf, writtenPages } from './blocks.ts'

const folder = mkdtempSync(join(tmpdir(), 'slip-docs-'))
afterAll(() => rmSync(folder, { recursive: true }))

const blocks = blocksOf('yaml', writtenPages())

test.each(blocks)('the configuration at $place passes the check', ({ text }) => {
  // the secrets it names, as its text asks for them
  for (const [, path = ''] of text.matchAll(/\{ file: (\S+) \}/g))
    writeFileSync(join(folder, path), 'secret\n', { mode: 0o600 })
  const config = parseConfig(text, join(folder, 'slip.yaml'))
  expect(dirname(config.file)).toBe(folder)
  expect(Object.keys(config.targets)).not.toEqual([])
})

test('the front page has a configuration', () => {
  expect(blocks.filter(({ page }) => page === 'README.md')).toHaveLength(1)
})
