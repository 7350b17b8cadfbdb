import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { copyArtifacts, copyDependencies } from './maven.ts'

const tell = (line: string) => console.log(`maven: ${line}`)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slip-maven-test-'))
  return () => rmSync(folder, { recursive: true })
})

test('under --no-install nothing is fetched, and the refusal names it', async () => {
  vi.stubEnv('SLIP_TEST_NO_INSTALL', '1')
  onTestFinished(() => void vi.unstubAllEnvs())
  const artifact = { group: 'org.example', name: 'absent', version: '1' }
  const refusal = 'would have to be fetched, and --no-install forbids it'
  await expect(copyArtifacts([artifact], folder, tell)).rejects.toThrow(`org.example:absent:1 ${refusal}`)
  await expect(copyDependencies(join(folder, 'absent.xml'), 'all of it', folder, tell)).rejects.toThrow(
    `all of it ${refusal}`,
  )
  expect(readdirSync(folder)).toEqual([])
})

test('when Maven fails, what it said is the reason', async () => {
  const project = join(folder, 'pom.xml')
  writeFileSync(project, '<project><dependency>')
  await expect(copyDependencies(project, 'all of it', folder, tell)).rejects.toThrow(
    `mvn dependency:copy-dependencies: Some problems were encountered while processing the POMs: Non-readable POM ${project}`,
  )
})
