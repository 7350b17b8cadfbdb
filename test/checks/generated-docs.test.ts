import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generatedPages } from '../../docs/generate.ts'
import { root } from './run-tool.ts'
import { projectFiles, readProjectFile } from './source-files.ts'

test.each(Object.entries(generatedPages))(
  '%s is what its source makes of it (npm run generate writes it)',
  async (file, page) => {
    expect(existsSync(join(root, file)), `${file} is missing`).toBe(true)
    const text = await page()
    expect(readProjectFile(file)).toBe(text)
    expect(text.split('\n')[0], 'the first line says from what the page is made').toMatch(
      /^<!-- Generated from .+ -->$/,
    )
  },
)

test('every page that says it is generated is', () => {
  const claims = projectFiles('*.md').filter((file) => readProjectFile(file).startsWith('<!-- Generated from '))
  expect(claims.filter((file) => !(file in generatedPages))).toEqual([])
})
