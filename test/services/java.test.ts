import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { findJava } from './java.ts'

const tell = (line: string) => console.log(`java: ${line}`)

test('the Java that is found is of the range that is asked for', async () => {
  const { program, version } = await findJava({ from: 17, to: 23 }, tell)
  expect(version).toBeGreaterThanOrEqual(17)
  expect(version).toBeLessThanOrEqual(23)
  expect(execFileSync(program, ['--version'], { encoding: 'utf8' })).toContain(` ${version}.`)
})

test('where none fits, the refusal tells what is needed and what is here', async () => {
  await expect(findJava({ from: 998, to: 999 }, tell)).rejects.toThrow(
    /^it needs Java 998 to 999, and here is (none|\d+(, \d+)*)/,
  )
})
