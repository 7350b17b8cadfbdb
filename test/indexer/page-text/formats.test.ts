import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { plainText } from '../../../src/indexer/page-text/formats.ts'
import { linesOf } from './read.ts'

const plain = { dehyphenate: true }
const unknown = { file: '1.xml', mime: null, format: null }
const alto = '<alto><String CONTENT="é"/></alto>'

describe('a page file', () => {
  test.each([
    ['no markup', 'just <b>text</b>'],
    ['a < that begins no element', '< 3 hearts'],
    ['nothing', ''],
  ])('that begins with %s is plain text', (_, text) => {
    expect(plainText(Buffer.from(text), unknown, plain).toString()).toBe(text)
  })

  test.each([
    ['PDF', '%PDF-1.4\n%\xe2\xe3'],
    ['zip', 'PK\x03\x04\x14\0'],
    ['gzip', '\x1f\x8b\x08\0'],
    ['JPEG', '\xff\xd8\xff\xe0\0\x10JFIF'],
    ['PNG', '\x89PNG\r\n\x1a\n'],
    ['TIFF', 'II*\0\x08\0'],
    ['TIFF', 'MM\0*\0\0'],
    ['JPEG 2000', '\0\0\0\x0cjP  \r\n'],
    ['JPEG 2000', '\xff\x4f\xff\x51\0'],
  ])('that is %s is PAGE_FORMAT_UNKNOWN whatever it is called: its bytes are no words', (kind, start) => {
    const bytes = Buffer.from(start, 'latin1')
    for (const page of [
      unknown,
      { ...unknown, file: '1.txt', mime: 'text/plain' },
      { ...unknown, format: 'plain' as const },
    ]) {
      expect(() => plainText(bytes, page, plain)).toThrow(
        expect.objectContaining({ code: 'PAGE_FORMAT_UNKNOWN', place: { file: page.file, kind } }),
      )
    }
  })

  test.each(['%PDF is a format', 'PK', 'II.', 'MM*', '\x1f', '\xff\xd8', '\0\0'])(
    'that begins with %j is plain text',
    (start) => {
      const bytes = Buffer.from(start, 'latin1')
      expect(plainText(bytes, { ...unknown, format: 'plain' }, plain)).toEqual(bytes)
    },
  )

  test('that is markup is text in no more memory than twice its own', () => {
    const words = (many: number) => `<alto>${'<String CONTENT="wordword"/><SP/>'.repeat(many)}</alto>`
    for (const many of [1, 100, 1_000, 10_000]) {
      const text = plainText(Buffer.from(words(many)), unknown, plain)
      expect(text.length).toBeGreaterThanOrEqual(many * 8)
      // what is small lies in one piece with others
      const { byteLength } = text.buffer
      if (byteLength !== Buffer.poolSize) expect(byteLength).toBeLessThanOrEqual(text.length * 2)
    }
  })

  test.each([
    ['in its declaration', '<?xml version="1.0" enc', '1.txt'],
    ['in its declaration', '<?x', '1.xml'],
    ['behind its declaration', '<?xml version="1.0"?>\n', '1.xml'],
    ['in a comment', '<!-- made by', '1.xml'],
    ['in a DOCTYPE', '<!DOCTYPE html PUB', '1.html'],
    ['in the name of its root', '<alt', '1.xml'],
    ['behind its first byte', '<', '1.hocr'],
    ['far behind its beginning', `<!--${' '.repeat(5_000)}--><alto/>`, '1.xml'],
  ])('that ends %s is PAGE_UNREADABLE: what is there of it is no text', (_, text, name) => {
    expect(() => linesOf(text, { name })).toThrow(
      expect.objectContaining({ code: 'PAGE_UNREADABLE', place: { file: name, line: 1 } }),
    )
  })

  test('of a dialect of plain text is never looked into', () => {
    const page = { ...unknown, format: 'plain' } as const
    expect(plainText(Buffer.from(alto), page, plain).toString()).toBe(alto)
  })

  test.each([
    ['an XML declaration', `<?xml version="1.0"?>\n${alto}`],
    ['a comment and a DOCTYPE', `<!-- made by hand -->\n<!DOCTYPE alto SYSTEM "alto.dtd">${alto}`],
    ['a byte order mark', `\uFEFF${alto}`],
    ['blanks', `\r\n  ${alto}`],
  ])('is known by its root element behind %s', (_, file) => expect(linesOf(file)).toEqual(['é']))

  test('is read in the encoding its mark or declaration names, and as UTF-8 where that is what it is', () => {
    const declared = `<?xml version="1.0" encoding="ISO-8859-1"?>${alto}`
    const as = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>${alto}`
    const forms = [
      Buffer.from(declared, 'latin1'),
      Buffer.from(declared),
      ...['latin1', 'ascii', 'US-ASCII', 'windows-1252'].map((encoding) => Buffer.from(as(encoding))),
      Buffer.from(`\uFEFF${as('UTF-16')}`, 'utf16le'),
      Buffer.from(as('UTF-16'), 'utf16le'),
      Buffer.from(as('UTF-16'), 'utf16le').swap16(),
      Buffer.from(alto, 'utf16le'),
    ]
    for (const bytes of forms) expect(linesOf(bytes)).toEqual(['é'])
    expect(linesOf(Buffer.from(as('ISO-8859-15').replace('é', '\xa4'), 'latin1'))).toEqual(['€'])
  })

  test('with bytes that are no character keeps them for the cleaning, which counts them', () => {
    const bytes = Buffer.from('<alto><String CONTENT="a\xffb"/></alto>', 'latin1')
    expect(plainText(bytes, unknown, plain)).toEqual(Buffer.from('a\xffb', 'latin1'))
  })

  test.each(['&#0;', '&#xD800;', '&#x110000;'])('with the reference %s has U+FFFD there', (reference) => {
    expect(linesOf(`<alto><String CONTENT="a${reference}b"/></alto>`)).toEqual(['a\uFFFDb'])
  })

  test('of another kind of markup is PAGE_FORMAT_UNKNOWN, unless it is called text', () => {
    const other = '<document xmlns="http://docbook.org/ns/docbook"><page/></document>'
    expect(() => linesOf(other)).toThrow(
      expect.objectContaining({ code: 'PAGE_FORMAT_UNKNOWN', place: { file: '1.xml', root: 'document' } }),
    )
    expect(linesOf(other, { name: '1.txt' })).toEqual([other])
  })

  test.each([
    ['cut off', '<alto>\n<Layout>\n<Page>', 3],
    ['cut off in an element', '<alto>\n<String CONTENT="a', 2],
    ['closed in the wrong order', '<alto><Page>\n</alto></Page>', 2],
    ['closed too often', '<alto/>\n</alto>', 2],
    ['of two roots', '<alto/>\n\n<alto/>', 3],
    ['with text around its root', '<alto/>\ntext', 1],
    ['with a comment that does not end', '<alto>\n<!-- </alto>', 2],
    ['with entities of its own', '<!DOCTYPE alto [<!ENTITY a "b">]>\n<alto/>', 1],
    ['with an external entity', '<!DOCTYPE alto [<!ENTITY a SYSTEM "file:///etc/passwd">]><alto/>', 1],
    ['nested too deep', `<alto>${'<a>'.repeat(300)}${'</a>'.repeat(300)}</alto>`, 1],
    ['of an unknown encoding', '<?xml version="1.0" encoding="x-none"?><alto/>', 1],
  ])('of XML %s is PAGE_UNREADABLE with its name and line', (_, file, line) => {
    expect(() => linesOf(file)).toThrow(
      expect.objectContaining({ code: 'PAGE_UNREADABLE', place: { file: '1.xml', line } }),
    )
  })

  test.each([
    ['elements without an end', `<alto>${'<a "'.repeat(200_000)}`],
    ['comments without an end', `<html><body>${'<!--'.repeat(200_000)}`],
    ['quotes without an end', `<html><body>${"<a '".repeat(200_000)}`],
    ['instructions without an end', `<html><body>${'<?'.repeat(200_000)}`],
  ])('of nothing but %s ends at once', (_, file) => {
    try {
      linesOf(file)
    } catch (error) {
      expect(error).toMatchObject({ code: 'PAGE_UNREADABLE' })
    }
  })
})

describe('TEI and JATS', () => {
  test('have the text of all elements, words of paragraphs apart and words with inline elements whole', () => {
    const tei = `<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><title>Title</title></teiHeader><text><body>
      <p>One <hi rend="i">it</hi>alic<lb/>line</p><p>Two&amp;<![CDATA[<three>]]></p></body></text></TEI>`
    expect(linesOf(tei).map((line) => line.trim())).toEqual(['Title', 'One italic', 'line', 'Two&<three>'])
    expect(linesOf('<article><front><p>a</p></front><body><sec><title>b</title></sec></body></article>')).toEqual([
      'a',
      'b',
    ])
  })

  test.each([
    ['<choice><abbr>Dr</abbr><expan>Doctor</expan></choice>.', 'Dr Doctor.'],
    [
      '<choice>\n<sic>a<hi>lo</hi>t</sic><corr>a <hi>lot</hi></corr></choice>, <choice><orig>vp</orig></choice>',
      'alot a lot, vp',
    ],
    ['<choice><choice><orig>a</orig><reg>b</reg></choice><choice><sic>c</sic></choice></choice>d', 'a b cd'],
  ])('have the words of a choice apart: %s', (inside, expected) => {
    expect(linesOf(`<TEI><text><p>${inside}</p></text></TEI>`)).toEqual([expected])
  })
})

const data = '../shared/data'
test.skipIf(!existsSync(data))('TEI words and texts of articles (skipped when ../shared/data is absent)', () => {
  const words = readFileSync(`${data}/mets-alto/goobi-kleiuniv_PPN517154005/kleiuniv_PPN517154005_wc/00000005.xml`)
  expect(linesOf(words).join(' ')).toMatch(/^Hochgeehrte Anwesende ! Die Gesellschaft Deutscher Naturforscher/)
  const article = 'DDD_ddd_010179815_mpeg21/DDD_010179815_0002_articletext.xml'
  expect(linesOf(readFileSync(`${data}/mets-alto/kb-nl-1813/11/16/${article}`))[0]).toBe('EXTRA VERKOOPING.')
})
