import { expect, test } from 'vitest'
import { runTool } from './run-tool.ts'

const clean = { code: 0 }

test('the types hold', async () => {
  const { code, output } = await runTool('typescript/bin/tsc', ['-p', '.'])
  expect({ code }, output).toEqual(clean)
})

test('lint and format are clean', async () => {
  const { code, output } = await runTool('@biomejs/biome/bin/biome', [
    'check',
    '--error-on-warnings',
    '--max-diagnostics=50',
  ])
  expect({ code }, output).toEqual(clean)
})

test('every file, export and dependency is used, and every dependency used is declared', async () => {
  const { code, output } = await runTool('knip/bin/knip.js', ['--treat-config-hints-as-errors'])
  expect({ code }, output).toEqual(clean)
})
