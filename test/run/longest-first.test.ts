import { globSync } from 'node:fs'
import { expect, test } from 'vitest'
import { root } from '../checks/run-tool.ts'
import { longest, longestFirst } from './longest-first.ts'

test('what takes longest begins, and the rest keeps its order', () => {
  const files = [
    'test/state/b.test.ts',
    'test/state/a.test.ts',
    'test/daemon/lease.test.ts',
    'test/chaos/short.test.ts',
  ]
  expect(longestFirst(files, (file) => file)).toEqual([
    'test/chaos/short.test.ts',
    'test/daemon/lease.test.ts',
    'test/state/b.test.ts',
    'test/state/a.test.ts',
  ])
})

test.each(longest)('%s, of which it is said that it takes long, has tests', (start) => {
  const files = globSync('**/*.test.ts', { cwd: `${root}/test` })
  expect(files.filter((file) => file.startsWith(start))).not.toEqual([])
})
