import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pagesOf, plainText } from '../../../src/indexer/page-text/formats.ts'

const file = { file: '1.xml', mime: null, format: null }
const divided = (markup: string, wanted: string[] = [], dehyphenate = true) =>
  pagesOf(Buffer.from(markup), file, new Set(wanted), { dehyphenate })
const textsOf = (markup: string, dehyphenate = true) =>
  divided(markup, [], dehyphenate)?.texts.map((text) => text.toString().trim())

const alto = (...pages: string[]) => `<alto><Layout>${pages.join('\n')}</Layout></alto>`
const line = (words: string, more = '') =>
  `<TextLine>${words
    .split(' ')
    .map((word) => `<String CONTENT="${word}"${more}/>`)
    .join('<SP/>')}</TextLine>`
const hocr = (...pages: string[]) => `<html><head><title>no</title></head><body>${pages.join('\n')}</body></html>`
const ocrPage = (words: string, id = '') =>
  `<div class='ocr_page' id='${id}'><span class='ocr_line'>${words}</span></div>`

describe('a file of several pages', () => {
  test('of ALTO and of hOCR has the text of each, in the order of the file, empty ones too', () => {
    expect(textsOf(alto(`<Page>${line('one two')}</Page>`, '<Page/>', `<Page>${line('three')}</Page>`))).toEqual([
      'one two',
      '',
      'three',
    ])
    expect(textsOf(hocr(ocrPage('one two'), ocrPage(''), ocrPage('three')))).toEqual(['one two', '', 'three'])
  })

  test('tells in which page an ID is, that of the page or of what is in it', () => {
    const pages = alto(
      `<Page ID="é1">${line('a')}</Page>`,
      `<Page ID="p2"><TextBlock ID="b">${line('b')}</TextBlock></Page>`,
    )
    expect(divided(pages, ['é1', 'b', 'gone'])?.pageOf).toEqual(
      new Map([
        ['é1', 0],
        ['b', 1],
      ]),
    )
    expect(divided(hocr(ocrPage('a', 'page_1'), ocrPage('b', 'page_2')), ['page_2'])?.pageOf).toEqual(
      new Map([['page_2', 1]]),
    )
  })

  test('does not join what ends on one page and what begins on the next', () => {
    const first = line('Hyphen', ' SUBS_TYPE="HypPart1" SUBS_CONTENT="Hyphenated"')
    const second = line('ated', ' SUBS_TYPE="HypPart2" SUBS_CONTENT="Hyphenated"')
    expect(textsOf(alto(`<Page>${first}${second}</Page>`, `<Page>${line('x')}</Page>`))).toEqual(['Hyphenated', 'x'])
    expect(textsOf(alto(`<Page>${first}</Page>`, `<Page>${second}</Page>`))).toEqual(['Hyphenated', 'ated'])
  })

  test('loses nothing that stands before, between or behind its pages', () => {
    expect(textsOf(hocr('before', ocrPage('one'), 'between', ocrPage('two'), 'behind'))).toEqual([
      'before\none\nbetween',
      'two\nbehind',
    ])
  })

  test.each([
    ['plain text', 'one\ftwo'],
    ['PAGE', '<PcGts><Page/></PcGts>'],
    ['ALTO without a Page', alto(line('one'))],
    ['hOCR without an ocr_page', hocr('<p>one</p>')],
    ['nothing', ''],
  ])('is none of %s', (_, content) => {
    expect(divided(content)).toBeNull()
  })

  test('is PAGE_UNREADABLE with its name where it is damaged', () => {
    expect(() => divided('<alto><Page><TextLine></Page></alto>')).toThrow(
      expect.objectContaining({ code: 'PAGE_UNREADABLE', place: expect.objectContaining({ file: '1.xml' }) }),
    )
  })

  test('has in its pages together the words of the whole, whatever they are', () => {
    const word = fc.stringMatching(/^[\p{L}\p{N}.-]{1,8}$/u)
    const pages = fc.array(fc.array(word, { minLength: 0, maxLength: 5 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(pages, (all) => {
        const inAlto = alto(...all.map((words) => `<Page>${words.length === 0 ? '' : line(words.join(' '))}</Page>`))
        const inHocr = hocr(...all.map((words) => ocrPage(words.join(' '))))
        for (const markup of [inAlto, inHocr]) {
          const each = divided(markup)!.texts.map((text) => wordsOf(text.toString()))
          expect(each).toEqual(all)
          expect(each.flat()).toEqual(wordsOf(plainText(Buffer.from(markup), file, { dehyphenate: true }).toString()))
        }
      }),
    )
  })
})

const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== '')

const book = '../shared/data/hocr/histoire-du-perou-1840.347pages.hocr.html.gz'

test.skipIf(!existsSync(book))(
  'a real book of 347 pages in one hOCR file (skipped when ../shared/data is absent)',
  () => {
    const markup = gunzipSync(readFileSync(book))
    const all = pagesOf(markup, { ...file, file: 'book.html' }, new Set(['page_1', 'page_347']), { dehyphenate: true })!
    expect(all.texts).toHaveLength(347)
    expect(all.pageOf).toEqual(
      new Map([
        ['page_1', 0],
        ['page_347', 346],
      ]),
    )
    const whole = plainText(markup, { ...file, file: 'book.html' }, { dehyphenate: true }).toString()
    expect(all.texts.flatMap((text) => wordsOf(text.toString()))).toEqual(wordsOf(whole))
  },
)
