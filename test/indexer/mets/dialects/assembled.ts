import { assemble } from '../../../../src/indexer/assemble/assemble.ts'
import { openFolder } from '../../../../src/repository/directory-volume.ts'
import type { VolumeSource } from '../../../../src/repository/repository.ts'
import { provenance } from '../../assemble/volume.ts'

/** A folder with a METS file and its pages, made into a document. */
export async function assembleFolder(folder: string, metsName: string, options: { gapsWaived?: boolean } = {}) {
  return assembleVolume(await openFolder(folder, folder, metsName), options)
}

export async function assembleVolume(volume: VolumeSource, options: { gapsWaived?: boolean } = {}) {
  try {
    const text = { emptyPageToken: null, dehyphenate: true }
    const record = { id: '000000001', title: ['A title'] }
    const document = await assemble({ htid: 'test.1', attr: 1, record, volume, provenance, text, ...options })
    const pages = document.pages.map(({ order, label, offset, length }) => {
      const escaped = document.json.subarray(offset, offset + length)
      return { order, label, text: JSON.parse(`"${escaped}"`) as string }
    })
    return { pages, counts: document.counts, document: JSON.parse(`${document.json}${document.provenance}`) }
  } finally {
    await volume.close()
  }
}
