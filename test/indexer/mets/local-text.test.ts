import { describe, expect, test } from 'vitest'
import { localText } from '../../../src/indexer/mets/local-text.ts'
import { readMets } from '../../../src/indexer/mets/read-mets.ts'
import { otherMets } from './dialects/mets-of.ts'

const filesOf = (hrefs: readonly string[], files: readonly string[]) => {
  const { pages } = readMets(Buffer.from(otherMets(hrefs.map((href) => ({ files: { FULLTEXT: href } })))))
  return localText(pages, 'PPN1.xml', files).map(({ file }) => file)
}

describe('the file of a text at a URL', () => {
  test.each<[what: string, end: string, files: string[], found: string]>([
    ['lies in the folder of its group', '1.xml', ['1.xml', 'ALTO3/1.xml', 'FULLTEXT/1.xml'], 'FULLTEXT/1.xml'],
    ['lies beside the METS where that has none', '1.xml', ['ALTO3/1.xml', '1.xml'], '1.xml'],
    ['lies in the only folder that has it', '1.xml', ['MAX/1.jpg', 'jpegs/1.xml'], 'jpegs/1.xml'],
    [
      'lies in the best of several folders',
      '1.xml',
      ['PPN1_wc/1.xml', 'PPN1_page/1.xml', 'PPN1_alto/1.xml'],
      'PPN1_alto/1.xml',
    ],
    ['lies in the folder of this METS', '1.xml', ['PPN2_alto/1.xml', 'PPN1_alto/1.xml'], 'PPN1_alto/1.xml'],
    ['has an extension where its URL has none', '737', ['MAX/737.jpg', 'FULLTEXT/737.xml'], 'FULLTEXT/737.xml'],
    ['is markup before plain text then', '737', ['ocr/737.txt', 'ocr/737.xml'], 'ocr/737.xml'],
    ['is called as the ID of the file in METS', 'alto?n=1', ['FULLTEXT/FULLTEXT_0.xml'], 'FULLTEXT/FULLTEXT_0.xml'],
    ['is called as its URL ends before that', '1.xml', ['FULLTEXT/FULLTEXT_0.xml', 'a/1.xml'], 'a/1.xml'],
  ])('%s', (_, end, files, found) => {
    expect(filesOf([`https://example.org/alto/${end}`], files)).toEqual([found])
  })

  test.each<[what: string, files: string[]]>([
    ['two folders of a kind', ['a_alto/1.xml', 'b_alto/1.xml']],
    ['two folders of no kind', ['a/1.xml', 'b/1.xml']],
  ])('that may be in %s is METS_BAD_REFERENCE', (_, files) => {
    expect(() => filesOf(['https://example.org/1.xml'], files)).toThrow(
      expect.objectContaining({ code: 'METS_BAD_REFERENCE', place: { order: 1, files: files.join(', ') } }),
    )
  })

  test.each<[what: string, end: string, files: string[]]>([
    ['another extension', '1.txt', ['ocr/1.xml', '1.xml']],
    ['the extension of an image', '737', ['MAX/737.jpg']],
    ['a folder of a folder', '1.xml', ['a/b/1.xml']],
  ])('is not that of %s: of a text that is nowhere in the item it is METS_BAD_REFERENCE', (_, end, files) => {
    expect(() => filesOf([`https://example.org/alto/${end}`], files)).toThrow(
      expect.objectContaining({ code: 'METS_BAD_REFERENCE', place: { order: 1 } }),
    )
    // where another page has its text, this one is missing
    expect(filesOf([`https://example.org/alto/${end}`, 'https://example.org/2.xml'], [...files, '2.xml'])).toEqual([
      end,
      '2.xml',
    ])
  })

  test('that another page has is METS_BAD_REFERENCE', () => {
    expect(() => filesOf(['https://example.org/1', 'https://example.org/1.xml'], ['1.xml'])).toThrow(
      expect.objectContaining({ code: 'METS_BAD_REFERENCE', place: { order: 2, file: '1.xml' } }),
    )
  })
})

test('a path that METS gives is that path, a bare name may be in the folder of its group', () => {
  const files = ['FULLTEXT/1.xml', 'ALTO/2.xml', 'FULLTEXT/3.xml', '3.xml']
  expect(filesOf(['1.xml', 'ALTO/2.xml', '3.xml', '2.xml'], files)).toEqual([
    'FULLTEXT/1.xml',
    'ALTO/2.xml',
    '3.xml',
    '2.xml',
  ])
})
