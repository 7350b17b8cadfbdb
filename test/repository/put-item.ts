import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pairtreeName } from '../../src/repository/pairtree-name.ts'

/** Puts an item into a pairtree; what is not given is not there. */
export function putItem(root: string, htid: string, files: { mets?: string | Buffer; zip?: Buffer }): string {
  const { folder, object } = pairtreeName(htid)
  const path = join(root, folder)
  mkdirSync(path, { recursive: true })
  if (files.mets !== undefined) writeFileSync(join(path, `${object}.mets.xml`), files.mets)
  if (files.zip !== undefined) writeFileSync(join(path, `${object}.zip`), files.zip)
  return path
}
