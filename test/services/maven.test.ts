import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { copyArtifacts } from './maven.ts'

const absent = { group: 'none', name: 'absent', version: '1' }

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slip-maven-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('under --no-install nothing is fetched from Maven Central, and the refusal names it', async () => {
  vi.stubEnv('SLIP_TEST_NO_INSTALL', '1')
  onTestFinished(() => void vi.unstubAllEnvs())
  const folder = newFolder()
  await expect(copyArtifacts([absent], folder, () => {})).rejects.toThrow(
    'none:absent:1 would have to be fetched, and --no-install forbids it',
  )
  expect(readdirSync(folder).filter((name) => name.endsWith('.jar'))).toEqual([])
})
