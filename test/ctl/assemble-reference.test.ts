import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { openLibrary } from '../daemon/library.ts'
import { runOnce } from '../daemon/processes.ts'
import { isReferenceThere, referenceDocuments } from '../indexer/assemble/reference/documents.ts'
import { marcJson } from '../indexer/assemble/reference/records.ts'
import { slipctl } from './slipctl.ts'

const htid = 'coo.31924017270350'
/** What reference-documents.md lists of this volume, and what every document of ours has besides. */
const otherwise = new Set(['ocr', 'allfields', 'ht_heldby', 'coll_id'])

test.skipIf(!isReferenceThere)(
  'assemble of a real volume prints the fields of its reference document (skipped when ../shared/data is absent)',
  async () => {
    const reference = referenceDocuments().find(({ id }) => id === htid)!
    const library = await openLibrary({
      config: {
        repository: { root: resolve('../shared/data/volumes/sdr1/obj') },
        sources: { catalogue: { kind: 'records', files: ['catalogue/*.json'] } },
      },
    })
    try {
      writeFileSync(join(library.folder, 'catalogue/zephir_full.json'), `${JSON.stringify(marcJson(reference))}\n`)
      await runOnce('rights', library.configFile)
      const { code, out, err } = await slipctl(['assemble', htid, '--json', '--config', library.configFile])
      expect({ code, err }).toEqual({ code: 0, err: '' })
      const document = JSON.parse(out) as Record<string, unknown>
      for (const [name, values] of reference.fields) {
        if (!otherwise.has(name)) expect([document[name]].flat().map(String), name).toEqual(values)
      }
      expect(document).toMatchObject({ pages: 272, read_pages: 272, empty_pages: 12, invalid_bytes: 0 })
    } finally {
      await library.close()
    }
  },
)
