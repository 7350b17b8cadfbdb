import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readMets } from '../../../../../src/indexer/mets/read-mets.ts'
import { openPairtree } from '../../../../../src/repository/pairtree.ts'
import { putItem } from '../../../../repository/put-item.ts'
import { temporaryFolder } from '../../../../repository/volume-folder.ts'
import { zipOf } from '../../../../repository/zip-writer.ts'
import { metsOf, profile21, type TestMets } from '../../mets-file.ts'
import { assembleVolume } from '../assembled.ts'

const read = (mets: TestMets | string) => readMets(Buffer.from(typeof mets === 'string' ? mets : metsOf(mets)))
const page = { order: 1, file: '1.txt' }

/** The same with the archive that real ones have, and without the text. */
const withoutOcr = (xml: string) =>
  xml
    .replace(/<METS:fileGrp USE="ocr">[\s\S]*?<\/METS:fileGrp>/, '<METS:fileGrp USE="zip archive"/>')
    .replaceAll(/<METS:fptr FILEID="T\d+"\/>/g, '')

describe('a METS file', () => {
  test('yields its pages with label, features, file, size and checksum', () => {
    const pages = [
      { order: 1, file: '00000001.txt', label: null, features: 'FRONT_COVER, IMAGE_ON_PAGE' },
      { order: 2, file: '00000002.txt', label: 'xii', features: null },
      { order: 3, file: null, label: '', features: '' },
    ]
    const stated = { size: 10, md5: 'abc', mime: null, format: 'plain', images: [], part: null, url: null }
    expect(read({ pages })).toEqual({
      objid: 'mdp.1',
      profile: profile21,
      dialect: 'HathiTrust volume',
      text: 'named',
      unused: [],
      pages: [
        {
          order: 1,
          label: null,
          features: ['FRONT_COVER', 'IMAGE_ON_PAGE'],
          file: '00000001.txt',
          group: 'ocr',
          fileId: 'T0',
          ...stated,
        },
        { order: 2, label: 'xii', features: [], file: '00000002.txt', group: 'ocr', fileId: 'T1', ...stated },
        {
          order: 3,
          label: null,
          features: [],
          file: null,
          group: null,
          fileId: null,
          ...stated,
          size: null,
          md5: null,
        },
      ],
      features: ['FRONT_COVER', 'IMAGE_ON_PAGE'],
      readingOrder: 'left-to-right',
      scanningOrder: 'left-to-right',
      coverTag: 'follow-reading-order',
    })
  })

  test('is sorted by ORDER as a number, wherever its divs stand', () => {
    const orders = fc.uniqueArray(fc.nat({ max: 100_000 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(orders, fc.boolean(), (numbers, padded) => {
        const pages = numbers.map((n) => ({ order: padded ? String(n).padStart(8, '0') : n, file: `${n}.txt` }))
        const read1 = read({ pages }).pages
        expect(read1.map(({ order }) => order)).toEqual(numbers.toSorted((a, b) => a - b))
        for (const { order, file } of read1) expect(file).toBe(`${order}.txt`)
      }),
    )
  })

  test.each(['METS', 'mets', 'x', ''])('is read by namespace, whatever the prefix: "%s"', (prefix) => {
    expect(read({ pages: [page], prefix }).pages).toHaveLength(1)
  })

  test.each([
    ['another namespace', metsOf({ pages: [page] }).replace('www.loc.gov/METS', 'example.org/METS')],
    ['none', '<mets><structMap/></mets>'],
    ['the wrong namespace under its usual prefix', '<METS:mets xmlns:METS="http://example.org/"/>'],
  ])('whose root is of %s is METS_UNREADABLE', (_, xml) => {
    expect(() => read(xml)).toThrow(expect.objectContaining({ code: 'METS_UNREADABLE' }))
  })

  test.each([profile21, profile21.replace('2.1', '2.0'), null, ''])('of profile %s is a volume', (profile) => {
    expect(read({ pages: [page], profile }).profile).toBe(profile || null)
  })

  test.each([profile21.replace('mets-profile2.1', 'emma-mets-profile1.0'), profile21.replace('2.1', '2x1'), 'gbs'])(
    'of profile %s is METS_UNSUPPORTED',
    (profile) => {
      expect(() => read({ pages: [page], profile })).toThrow(
        expect.objectContaining({ code: 'METS_UNSUPPORTED', place: { profile } }),
      )
    },
  )

  test.each(
    [
      ['../1.txt', '/1.txt', 'TEXT/1.txt', './1.txt', '..', '.', ''],
      ['http://example.org/1.txt', 'file:1.txt', 'C:1.txt', '..\\1.txt', '%2e%2e', '1.txt%00', '1&#9;.txt'],
    ].flat(),
  )('that names page file "%s" is METS_BAD_REFERENCE with the page', (file) => {
    expect(() => read({ pages: [{ order: 7, file }] })).toThrow(
      expect.objectContaining({ code: 'METS_BAD_REFERENCE', place: { order: 7 } }),
    )
  })

  test('may name files by any plain name, references decoded', () => {
    expect(read({ pages: [{ order: 1, file: '39002034644600_000000&#x1F600;&amp;.txt' }] }).pages[0]?.file).toBe(
      '39002034644600_000000😀&.txt',
    )
  })

  test.each([['one'], ['-1'], ['1.5'], [''], ['99999999999']])('with ORDER "%s" is METS_PAGE_ORDER', (order) => {
    expect(() => read({ pages: [{ order, file: '1.txt' }] })).toThrow(
      expect.objectContaining({ code: 'METS_PAGE_ORDER' }),
    )
  })

  test('with the same ORDER twice is METS_PAGE_ORDER', () => {
    expect(() => read({ pages: [page, { order: '01', file: '2.txt' }] })).toThrow(
      expect.objectContaining({ code: 'METS_PAGE_ORDER', place: { order: 1 } }),
    )
  })

  test('takes no pages from divs inside a page', () => {
    const inside = '<METS:div ORDER="9"><METS:fptr FILEID="I0"/></METS:div></METS:div></METS:div></METS:structMap>'
    const xml = metsOf({ pages: [page] }).replace(
      /<\/METS:div><\/METS:div><\/METS:structMap>\s*<\/METS:mets>/,
      `${inside}</METS:mets>`,
    )
    expect(xml).toContain('ORDER="9"')
    expect(read(xml).pages.map(({ order }) => order)).toEqual([1])
  })

  test('without page divs is METS_NO_PAGES', () => {
    expect(() => read({ pages: [] })).toThrow(expect.objectContaining({ code: 'METS_NO_PAGES' }))
    expect(() => read(metsOf({ pages: [page] }).replace('TYPE="physical"', ''))).toThrow(
      expect.objectContaining({ code: 'METS_NO_PAGES' }),
    )
  })

  test.each([profile21, null])('of images alone, of profile %s, has its pages, which are empty', async (profile) => {
    const xml = withoutOcr(metsOf({ pages: [page, { order: 2, features: 'TITLE' }], profile }))
    const root = temporaryFolder()
    putItem(root, 'test.1', { mets: xml, zip: zipOf([{ path: '1/0.jp2', data: 'an image' }]) })
    const { pages, counts, document } = await assembleVolume(await openPairtree({ root }).open('test.1'))
    expect(readMets(Buffer.from(xml)).dialect).toBe('HathiTrust volume')
    expect(pages.map(({ order, text }) => [order, text])).toEqual([
      [1, ''],
      [2, ''],
    ])
    expect(counts).toMatchObject({ expected: 2, read: 0, empty: 2 })
    expect(document).toMatchObject({ ht_page_feature: ['TITLE'], pages: 2, read_pages: 0, empty_pages: 2 })
  })

  test.each(['coordOCR', 'OCR', 'pdf'])('without text and with a group %s is METS_NO_PAGES', (use) => {
    const xml = metsOf({ pages: [page] }).replace('USE="ocr"', `USE="${use}"`)
    expect(() => read(xml)).toThrow(expect.objectContaining({ code: 'METS_NO_PAGES' }))
  })

  test('whose page points to a file it does not describe is METS_BAD_REFERENCE, never a page without text', () => {
    const xml = metsOf({ pages: [page, { order: 2, file: '2.txt' }] }).replace('fptr FILEID="T1"', 'fptr FILEID="T9"')
    expect(() => read(xml)).toThrow(expect.objectContaining({ code: 'METS_BAD_REFERENCE', place: { order: 2 } }))
  })

  test('whose page points to two text files is METS_BAD_REFERENCE', () => {
    const xml = metsOf({ pages: [page, { order: 2, file: '2.txt' }] }).replace('fptr FILEID="I0"', 'fptr FILEID="T1"')
    expect(() => read(xml)).toThrow(expect.objectContaining({ code: 'METS_BAD_REFERENCE', place: { order: 1 } }))
  })

  test.each([
    ['two pages that point to one text file', (xml: string) => xml.replace('fptr FILEID="T1"', 'fptr FILEID="T0"')],
    ['two text files of one name', (xml: string) => xml.replace('xl:href="2.txt"', 'xl:href="1.txt"')],
    ['two files of one ID', (xml: string) => xml.replace('file ID="T0"', 'file ID="T1"')],
  ])('with %s is METS_BAD_REFERENCE', (_, change) => {
    const xml = metsOf({ pages: [page, { order: 2, file: '2.txt' }] })
    expect(() => read(change(xml))).toThrow(
      expect.objectContaining({ code: 'METS_BAD_REFERENCE', place: { order: expect.any(Number) } }),
    )
  })

  test('takes reading order from the first of two gbs blocks, and from the second what that does not say', () => {
    const block = (order: string, more = '') => `<g:readingOrder>${order}</g:readingOrder>${more}`
    const gbs = `${block('left-<![CDATA[to]]>-right')}${block('right-to-left', '<g:coverTag>x</g:coverTag>')}`
    expect(read({ pages: [page], gbs })).toMatchObject({ readingOrder: 'left-to-right', coverTag: 'x' })
  })

  test('takes reading order from the gbs block wherever it is', () => {
    const gbs =
      '<g:scanningOrder>right-to-left</g:scanningOrder><g:readingOrder> <![CDATA[top-to-bottom]]> </g:readingOrder>'
    expect(read({ pages: [page], gbs })).toMatchObject({
      readingOrder: 'top-to-bottom',
      scanningOrder: 'right-to-left',
      coverTag: 'follow-reading-order',
    })
  })

  test('may stand in UTF-16 or a declared encoding', () => {
    const xml = metsOf({ pages: [{ ...page, label: 'é' }] })
    const declared = xml.replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="ISO-8859-1"?>')
    const forms = [
      Buffer.from(xml),
      Buffer.from(`\uFEFF${xml}`),
      Buffer.from(`\uFEFF${xml}`, 'utf16le'),
      Buffer.from(declared, 'latin1'),
      Buffer.from(declared),
      Buffer.from(declared.replace('ISO-8859-1', 'ascii')),
      Buffer.from(declared.replace('ISO-8859-1', 'UTF-16')),
      Buffer.from(xml, 'utf16le'),
      Buffer.from(xml, 'utf16le').swap16(),
    ]
    for (const bytes of forms) expect(readMets(bytes).pages[0]?.label).toBe('é')
  })
})

const found = '../shared/data/mets-only'
describe.skipIf(!existsSync(found))('real METS files (skipped when ../shared/data is absent)', () => {
  test.each([
    ['chi.79279237', 640, 'follows-reading-order', 'FRONT_COVER'],
    ['mdp.39015051333915', 324, 'follows-reading-order', 'FRONT_COVER'],
    ['uc2.ark+=13960=t00000431', 328, 'follow-reading-order', 'COVER'],
  ])('%s has %i pages', (name, count, coverTag, feature) => {
    const mets = readMets(readFileSync(`${found}/${name}.mets.xml`))
    expect(mets.pages.map(({ order }) => order)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
    expect(
      mets.pages.every(({ file, size, md5 }) => file?.endsWith('.txt') && size !== null && md5?.length === 32),
    ).toBe(true)
    expect(mets).toMatchObject({ coverTag, readingOrder: 'left-to-right' })
    expect(mets.features[0]).toBe(feature)
    expect(mets.features).not.toContain('')
  })

  test.each(['bad_file_checksum', 'bad_zip', 'extra_files_in_zip'])('%s has no text and is METS_NO_PAGES', (name) => {
    const bytes = readFileSync(`../shared/data/broken/${name}.mets.xml`)
    expect(() => readMets(bytes)).toThrow(expect.objectContaining({ code: 'METS_NO_PAGES' }))
  })
})
