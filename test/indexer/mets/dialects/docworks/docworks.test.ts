import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readMets } from '../../../../../src/indexer/mets/read-mets.ts'
import { assembleFolder } from '../assembled.ts'
import { altoIndependently } from '../independent-alto.ts'
import { type OtherPage, otherMets } from '../mets-of.ts'

const read = (pages: readonly OtherPage[]) => readMets(Buffer.from(otherMets(pages)))
const sample = join(import.meta.dirname, 'issue')

test('an issue: nested groups, file://./ hrefs, areas in par, and a word of two lines once', async () => {
  const { pages, counts, document } = await assembleFolder(sample, 'issue-METS.xml')
  expect(pages).toEqual([
    { order: 1, label: '1', text: 'THE GAZETTE A tranquil day; nothing more.' },
    { order: 2, label: null, text: 'End of the second page.' },
  ])
  expect(counts).toMatchObject({ expected: 2, read: 2, empty: 0 })
  expect(document.ht_page_feature).toBeUndefined()
})

describe('METS of docWorks', () => {
  test.each(['Fulltext', 'Text', 'content', 'CONTENT'])('without a PROFILE is known by its group %s', (use) => {
    const mets = read([{ type: 'PAGE', files: { Images: '1.tif|image/tiff', [use]: '1.xml|text/xml' } }])
    expect(mets).toMatchObject({ dialect: 'docWorks', pages: [{ order: 1, file: '1.xml' }] })
  })

  test('is known by the ID of its group where that has no USE', () => {
    const mets = otherMets([{ files: { IMGGRP: '1.tif|image/tiff', ALTOGRP: 'file://./ALTO/1.xml|text/xml' } }])
    expect(readMets(Buffer.from(mets.replaceAll('fileGrp USE=', 'fileGrp ID=')))).toMatchObject({
      dialect: 'docWorks',
      pages: [{ order: 1, file: 'ALTO/1.xml' }],
    })
  })

  test('of the years in which its xlink was that of a draft is read', () => {
    const mets = otherMets([{ files: { Text: 'file://./1-ALTO.xml|text/xml' } }])
    const old = mets.replace('http://www.w3.org/1999/xlink', 'http://www.w3.org/TR/xlink')
    expect(readMets(Buffer.from(old)).pages).toMatchObject([{ order: 1, file: '1-ALTO.xml' }])
  })

  test('takes no image in such a group for text', () => {
    const mets = read([{ files: { content: '1.xml|text/xml' } }, { files: { content: '2.jp2|image/jp2' } }])
    expect(mets.pages.map(({ file }) => file)).toEqual(['1.xml', null])
  })

  test('with text that belongs to no page says so, but for files without an FLocat', () => {
    expect(
      read([{ files: { Fulltext: '1.xml' } }, { type: 'supplement', files: { Fulltext: '2.xml' } }]).unused,
    ).toEqual(['Fulltext_1'])
  })
})

const data = '../shared/data/mets-alto'
const issues = [
  ['bl-newspaper-alto2txt/0002647/1824/0217', '0002647_18240217_mets.xml', '', '0002647_18240217_000'],
  ['bnf-europeana-newspapers/18140402_1', '18140402_1-METS.xml', 'ALTO/', '18140402_1-000'],
] as const
describe.skipIf(!existsSync(data))('real issues (skipped when ../shared/data is absent)', () => {
  test.each(issues)('%s: the text of each of its 4 pages is that of its ALTO', async (folder, mets, inside, base) => {
    const { pages, counts } = await assembleFolder(join(data, folder), mets)
    expect(counts).toMatchObject({ expected: 4, read: 4, empty: 0, invalidBytes: 0 })
    for (const [index, { order, label, text }] of pages.entries()) {
      expect([order, label]).toEqual([index + 1, String(index + 1)])
      const alto = readFileSync(join(data, folder, `${inside}${base}${order}.xml`), 'utf8')
      expect(text).toBe(altoIndependently(alto))
      expect(text.length).toBeGreaterThan(5_000)
    }
  })

  test('an issue that describes the text of 4 pages and has 1 is PAGE_MISSING, unless a person waived it', async () => {
    const folder = join(data, 'bl-newspaper-alto2txt-missing-page/1824/0217')
    await expect(assembleFolder(folder, '0002647_18240217_mets.xml')).rejects.toMatchObject({
      code: 'PAGE_MISSING',
      place: { missing: 3, file: 'img0002-alto' },
    })
    const { counts } = await assembleFolder(folder, '0002647_18240217_mets.xml', { gapsWaived: true })
    expect(counts).toMatchObject({ expected: 1, read: 1, empty: 0 })
  })
})
