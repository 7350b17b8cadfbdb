import type { AssemblyInput } from '../../../src/indexer/assemble/assemble.ts'
import { openPairtree } from '../../../src/repository/pairtree.ts'
import { putItem } from '../../repository/put-item.ts'
import { temporaryFolder } from '../../repository/volume-folder.ts'
import { zipOf } from '../../repository/zip-writer.ts'
import { metsOf, type TestMets } from '../mets/mets-file.ts'

export const provenance = {
  rev: 3,
  fence: 1_764_000_000_000_000,
  codeVersion: '0.1.0',
  schemaVersion: 1,
  configDigest: 'c0ffee',
  host: 'index-1',
  assembledAt: '2025-11-24T14:40:00.000Z',
  inputs: '',
}

export interface TestVolume {
  readonly htid?: string
  /** Text of each page, in ORDER; null = not in the zip. */
  readonly pages: readonly (string | Buffer | null)[]
  readonly mets?: Partial<TestMets>
  readonly record?: AssemblyInput['record']
  readonly text?: Partial<AssemblyInput['text']>
}

/** A volume on disk, and what else assemble() asks for. */
export async function assemblyInput(volume: TestVolume): Promise<AssemblyInput> {
  const htid = volume.htid ?? 'mdp.1'
  const root = temporaryFolder()
  const names = volume.pages.map((_, index) => `${index + 1}.txt`)
  const mets = metsOf({ pages: names.map((file, index) => ({ order: index + 1, file })), objid: htid, ...volume.mets })
  const packed = volume.pages.flatMap((data, index) => (data === null ? [] : [{ path: names[index]!, data }]))
  putItem(root, htid, { mets, zip: zipOf(packed) })
  return {
    htid,
    attr: 1,
    record: volume.record ?? { id: '000000001', title: ['A title'] },
    volume: await openPairtree({ root }).open(htid),
    provenance,
    text: { emptyPageToken: null, dehyphenate: true, ...volume.text },
  }
}
