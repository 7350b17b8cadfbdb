import { describe, expect, test } from 'vitest'
import { pagesOf, plainText } from '../../../src/indexer/page-text/formats.ts'
import { linesOf } from './read.ts'

const schema = 'http://www.abbyy.com/FineReader_xml/FineReader10-schema-v1.xml'
const abbyy = (inside: string, namespace = schema) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<document xmlns="${namespace}" version="1.0" producer="timestamp" pagesCount="1">\n${inside}</document>`
const page = (...blocks: string[]) =>
  `<page width="2481" height="3508" resolution="300">\n${blocks.join('\n')}</page>\n`
const block = (...lines: string[]) =>
  `<block blockType="Text"><region><rect l="1"/></region><text><par lineSpacing="1">${lines.join('\n')}</par></text></block>`
const letters = (text: string) =>
  [...text].map((letter) => `<charParams l="1" t="2" wordStart="true">${letter}</charParams>`).join('\n')
const line = (text: string) =>
  `<line baseline="1" l="2"><formatting lang="GermanStandard">\n${letters(text)}</formatting></line>`

describe('a page of FineReader', () => {
  test.each([schema, 'http://www.abbyy.com/FineReader_xml/FineReader6-schema-v1.xml'])(
    'of the schema %s has a line for each of its lines',
    (namespace) => {
      const file = abbyy(
        page(block(line('Ein Wort'), line('und é')), '<block blockType="Picture"/>', block(line('x'))),
        namespace,
      )
      expect(linesOf(file)).toEqual(['Ein Wort', 'und é', 'x'])
    },
  )

  test('has the text of tables, of several formattings in a line, and of lines without letters of their own', () => {
    const cell = (text: string) => `<cell><text><par>${line(text)}</par></text></cell>`
    const table = `<block blockType="Table"><row>${cell('a')}${cell('b')}</row></block>`
    const mixed = `<line><formatting bold="true">${letters('bo')}</formatting>\n<formatting>${letters('ld word')}</formatting></line>`
    const plain = '<line><formatting lang="x">no letters\n here &amp; there</formatting></line>'
    const apart = '<line><formatting>two</formatting><formatting> </formatting><formatting>words</formatting></line>'
    const both = `<line><formatting>\nx ${letters('yz')} and</formatting></line>`
    expect(linesOf(abbyy(page(table, block(mixed, plain, apart, both))))).toEqual([
      ...['a', 'b', 'bold word', 'no letters here & there', 'two words', ' x yz and'],
    ])
  })

  test('has paragraphs apart that have no lines', () => {
    const paragraphs = ['one', 'two'].map((text) => `<par><formatting>${text}</formatting></par>`).join('')
    expect(linesOf(abbyy(page(`<block><text>${paragraphs}</text></block>`)))).toEqual(['one', 'two'])
  })

  test('has nothing of what the program read as well', () => {
    const variants = `<wordRecVariants><wordRecVariant><variantText>${letters('no')}</variantText></wordRecVariant></wordRecVariants>`
    const chars =
      '<charParams>w<charRecVariants><charRecVariant charConfidence="1">v</charRecVariant></charRecVariants></charParams>'
    expect(
      linesOf(abbyy(page(block(`<line><formatting>${variants}${chars}${letters('ord')}</formatting></line>`)))),
    ).toEqual(['word'])
  })

  test('may be one of several in a file', () => {
    const file = abbyy(page(block(line('one'))) + page() + page(block(line('three'))))
    const divided = pagesOf(Buffer.from(file), { file: '1.xml', mime: null, format: null }, new Set(), {
      dehyphenate: true,
    })
    expect(divided?.texts.map((text) => text.toString().trim())).toEqual(['one', '', 'three'])
  })

  test.each(['http://docbook.org/ns/docbook', ''])('is none of a document of the namespace "%s"', (namespace) => {
    const file = { file: '1.xml', mime: null, format: null }
    expect(() => plainText(Buffer.from(abbyy(page(), namespace)), file, { dehyphenate: true })).toThrow(
      expect.objectContaining({ code: 'PAGE_FORMAT_UNKNOWN', place: { file: '1.xml', root: 'document' } }),
    )
  })
})
