import { describe, expect, test } from 'vitest'
import type { MetsPage } from '../../../src/indexer/mets/page-list.ts'
import { textBeside } from '../../../src/indexer/mets/text-beside.ts'

const pages = ['0001', '0002'].map(
  (image, index): MetsPage => ({
    order: index + 1,
    label: null,
    features: [],
    file: null,
    group: null,
    fileId: null,
    url: null,
    part: null,
    size: null,
    md5: null,
    mime: null,
    format: null,
    images: [`thumb${image}`, image],
  }),
)
const filesOf = (files: string[], gapsWaived = false) =>
  textBeside(pages, 'PPN1.xml', files, gapsWaived).map(({ file }) => file)
const inFolder = (folder: string, extension = 'xml') => ['0001', '0002'].map((name) => `${folder}${name}.${extension}`)

test.each([
  ['ALTO before plain text', 'PPN1_alto/', [...inFolder('PPN1_txt/', 'txt'), ...inFolder('PPN1_alto/')]],
  [
    'a folder of this METS before that of another',
    'PPN1_alto/',
    [...inFolder('PPN2_alto/'), ...inFolder('PPN1_alto/')],
  ],
  ['a folder of text before the folder of the METS', 'ocr/', [...inFolder('ocr/'), ...inFolder('')]],
  ['the folder of the METS where there is no other', '', inFolder('')],
  ['a folder that is called after the version of ALTO', 'ALTO3/', [...inFolder('ALTO3/'), ...inFolder('')]],
  ['ABBYY before plain text', 'PPN1_abbyy/', [...inFolder('PPN1_txt/', 'txt'), ...inFolder('PPN1_abbyy/')]],
  ['only folders beside it', 'ocr/', [...inFolder('old/PPN1_alto/'), ...inFolder('ocr/')]],
  ['a folder with pages before an empty one', 'PPN1_txt/', ['PPN1_alto/readme.xml', ...inFolder('PPN1_txt/')]],
])('text is taken from %s', (_, folder, files) => {
  expect(filesOf(files)).toEqual([`${folder}0001.xml`, `${folder}0002.xml`])
})

describe('pages that were corrected', () => {
  const [first, second] = ['0001.xml', '0002.xml']

  test.each([
    [
      'of ALTO',
      ['PPN1_altocrowd/0002.xml', ...inFolder('PPN1_alto/')],
      [`PPN1_alto/${first}`, 'PPN1_altocrowd/0002.xml'],
    ],
    [
      'of text',
      ['PPN1_txtcrowd/0001.txt', ...inFolder('PPN1_alto/')],
      ['PPN1_txtcrowd/0001.txt', `PPN1_alto/${second}`],
    ],
    [
      'of ALTO before those of text',
      [...inFolder('PPN1_txtcrowd/', 'txt'), 'PPN1_altocrowd/0001.xml', ...inFolder('PPN1_txt/', 'txt')],
      ['PPN1_altocrowd/0001.xml', 'PPN1_txtcrowd/0002.txt'],
    ],
    [
      'in folders without a name',
      ['altocrowd/0001.xml', ...inFolder('alto/')],
      ['altocrowd/0001.xml', `alto/${second}`],
    ],
    [
      'beside text that is beside the METS',
      ['PPN1_altocrowd/0001.xml', ...inFolder('')],
      ['PPN1_altocrowd/0001.xml', second],
    ],
    ['without others', inFolder('PPN1_altocrowd/'), inFolder('PPN1_altocrowd/')],
    [
      'of another METS, which count not',
      ['PPN2_altocrowd/0001.xml', ...inFolder('PPN1_alto/')],
      inFolder('PPN1_alto/'),
    ],
  ])('come before what was read: %s', (_, files, expected) => expect(filesOf(files)).toEqual(expected))

  test('have no name before them where the METS has none', () => {
    const files = ['altocrowd/0001.xml', ...inFolder('')]
    expect(textBeside(pages, 'mets.xml', files, false).map(({ file }) => file)).toEqual(['altocrowd/0001.xml', second])
  })

  test('are no text of the others', () => {
    expect(() => filesOf(['PPN1_altocrowd/0001.xml', 'PPN1_alto/0001.xml'])).toThrow(
      expect.objectContaining({ code: 'PAGE_MISSING', place: { order: 2 } }),
    )
    expect(() => filesOf(['PPN1_altocrowd/0001.xml'])).toThrow(expect.objectContaining({ code: 'METS_NO_TEXT' }))
  })
})

test('of two files of a page in one folder the one with markup is taken, however they are listed', () => {
  const both = [...inFolder('ocr/', 'txt'), ...inFolder('ocr/', 'hocr')]
  for (const files of [both, both.toReversed()]) expect(filesOf(files)).toEqual(inFolder('ocr/', 'hocr'))
  expect(filesOf([...both, ...inFolder('ocr/')])).toEqual(inFolder('ocr/'))
})

test('a page without a file where others have one is PAGE_MISSING, and without text where gaps are waived', () => {
  expect(() => filesOf(['PPN1_alto/0001.xml', 'PPN1_txt/0002.txt'])).toThrow(
    expect.objectContaining({ code: 'PAGE_MISSING', place: { order: 2 } }),
  )
  expect(filesOf(['PPN1_alto/0001.xml', 'PPN1_txt/0002.txt'], true)).toEqual(['PPN1_alto/0001.xml', null])
})

test('what the images of several pages are called tells nothing of a page', () => {
  const listed = pages.map((page) => ({ ...page, images: ['max', ...page.images] }))
  const files = ['ocr/max.xml', ...inFolder('PPN1_alto/')]
  expect(textBeside(listed, 'PPN1.xml', files, false).map(({ file }) => file)).toEqual(inFolder('PPN1_alto/'))
  const alike = pages.map((page) => ({ ...page, images: ['max'] }))
  expect(() => textBeside(alike, 'PPN1.xml', ['ocr/max.xml', 'ocr/min.xml'], false)).toThrow(
    expect.objectContaining({ code: 'METS_NO_TEXT' }),
  )
})

test.each([
  ['no files', []],
  ['no files of text', ['0001.jpg', 'PPN1_media/0001.mp4']],
  ['files of other names', ['PPN1_alto/page1.xml', 'PPN1_alto/page2.xml']],
  ['two folders that are equally good', [...inFolder('a_alto/'), ...inFolder('b_alto/')]],
])('%s beside METS are METS_NO_TEXT', (_, files) => {
  expect(() => filesOf(files)).toThrow(expect.objectContaining({ code: 'METS_NO_TEXT' }))
})
