import { expect, test } from 'vitest'
import { projectFiles, readProjectFile } from './source-files.ts'

test('no source file is longer than 300 lines', () => {
  const long = projectFiles('src/**', 'migrations/**', 'bin/**')
    .map((file) => ({ file, lines: readProjectFile(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > 300)
  expect(long).toEqual([])
})
