import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { installPackages, unpackPackages } from './debian-packages.ts'

test.each([
  ['installed', () => installPackages(['absent-one', 'absent-two'], tell)],
  ['unpacked', () => unpackPackages(['absent-one', 'absent-two'], folder, tell)],
])('under --no-install no package is %s, and the refusal names them', async (_, act) => {
  vi.stubEnv('SLIP_TEST_NO_INSTALL', '1')
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(act()).rejects.toThrow(
    'absent-one absent-two of Debian would have to be installed, and --no-install forbids it',
  )
  expect(existsSync(folder)).toBe(false)
})

const folder = join(tmpdir(), 'slip-packages-test')

function tell(line: string): void {
  throw new Error(`told before the refusal: ${line}`)
}
