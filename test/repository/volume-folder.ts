import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { pairtreeName } from '../../src/repository/pairtree-name.ts'

/** An empty folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slip-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Puts an item into a pairtree; what is not given is not there. */
export function putItem(root: string, htid: string, files: { mets?: string | Buffer; zip?: Buffer }): string {
  const { folder, object } = pairtreeName(htid)
  const path = join(root, folder)
  mkdirSync(path, { recursive: true })
  if (files.mets !== undefined) writeFileSync(join(path, `${object}.mets.xml`), files.mets)
  if (files.zip !== undefined) writeFileSync(join(path, `${object}.zip`), files.zip)
  return path
}
