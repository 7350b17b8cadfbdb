import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openRepository } from '../../src/repository/open-repository.ts'
import type { LibraryFiles } from './library.ts'
import { catalogueRecord, type Volumes } from './volumes.ts'

/** A repository in which every namespace of the volumes is linked `copies` times, and the catalogue records to it. */
export async function manifold(folder: string, { kind, root }: Volumes, copies: number): Promise<LibraryFiles> {
  const repository = { kind, root: join(folder, 'repository') }
  mkdirSync(repository.root)
  for (const namespace of await readdir(root)) {
    for (let copy = 1; copy <= copies; copy++)
      symlinkSync(join(root, namespace), join(repository.root, `${namespace}${copy}`))
  }
  const records: string[] = []
  for await (const htid of openRepository(repository).walk()) {
    records.push(JSON.stringify(catalogueRecord(htid, String(records.length + 1).padStart(9, '0'))))
  }
  writeFileSync(join(folder, 'records.ndjson'), `${records.join('\n')}\n`)
  return {
    repository,
    sources: { catalogue: { kind: 'records', files: ['records.ndjson'] } },
    rights: { default: 1 },
  }
}
