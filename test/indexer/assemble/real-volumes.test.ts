import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { assemble } from '../../../src/indexer/assemble/assemble.ts'
import { openPairtree } from '../../../src/repository/pairtree.ts'
import { pairtreeName } from '../../../src/repository/pairtree-name.ts'
import { referenceCleaning } from '../text/reference-cleaning.ts'
import { readIndependently } from './independent-reading.ts'
import { provenance } from './volume.ts'

const root = '../shared/data/volumes/sdr1/obj'
const volumes: [htid: string, pages: number][] = [
  ['coo.31924007104676', 680],
  ['coo.31924011469107', 558],
  ['coo.31924015154861', 388],
  ['coo.31924017234778', 428],
  ['coo.31924017270350', 272],
  ['loc.ark:/13960/t5v69h717', 2],
  ['test.39015012345678', 2],
  ['test.pd_open', 2],
  ['test.perou1840', 347],
]

describe.skipIf(!existsSync(root))('real volumes (skipped when ../shared/data is absent)', () => {
  test('are all found by the walk', async () => {
    const ids: string[] = []
    for await (const htid of openPairtree({ root }).walk()) ids.push(htid)
    expect(ids.sort()).toEqual(volumes.map(([htid]) => htid))
  })

  test.each(volumes)('%s: the text of each of %i pages is that of its zip entry', async (htid, count) => {
    const { folder, object } = pairtreeName(htid)
    const expected = await readIndependently(`${root}/${folder}/${object}`)
    const volume = await openPairtree({ root }).open(htid)
    const text = { emptyPageToken: null, dehyphenate: true }
    const document = await assemble({ htid, attr: 1, record: { id: '1' }, volume, provenance, text })
    await volume.close()

    const pages = document.pages.map(({ order, label, offset, length }) => {
      const escaped = document.json.subarray(offset, offset + length)
      return { order, label, text: JSON.parse(`"${escaped}"`) as string }
    })
    const clean = expected.map(({ order, label, bytes }) => ({ order, label, ...referenceCleaning(bytes, true) }))
    expect(pages).toEqual(clean.map(({ invalid, ...page }) => page))
    expect(document.counts).toEqual({
      expected: count,
      read: count,
      empty: clean.filter((page) => page.text === '').length,
      invalidBytes: clean.reduce((sum, { invalid }) => sum + invalid, 0),
      cut: [],
    })
    const full = clean.map((page) => page.text).filter((page) => page !== '')
    expect(JSON.parse(`${document.json}${document.provenance}`).ocr).toBe(full.join(' '))
  })
})
