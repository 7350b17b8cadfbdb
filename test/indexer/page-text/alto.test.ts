import { existsSync, globSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainText } from '../../../src/indexer/page-text/formats.ts'
import { altoIndependently, lineOf } from '../mets/dialects/independent-alto.ts'
import { referenceCleaning } from '../text/reference-cleaning.ts'
import { linesOf } from './read.ts'

const alto = (inside: string, root = 'alto') =>
  `<?xml version="1.0"?>\n<${root}><Layout><Page>${inside}</Page></Layout></${root.split(' ')[0]}>`
const line = (...strings: string[]) => `<TextLine>${strings.join('')}</TextLine>`
const word = (content: string, more = '') => `<String HPOS="1" CONTENT="${content}"${more}/>`
const part = (number: 1 | 2, content: string, whole?: string) =>
  word(content, ` SUBS_TYPE="HypPart${number}"${whole === undefined ? '' : ` SUBS_CONTENT="${whole}"`}`)

describe('a page of ALTO', () => {
  test.each([
    ['none', 'alto'],
    ['CCS', 'alto xmlns="http://schema.ccs-gmbh.com/ALTO"'],
    ['version 2', 'alto xmlns="http://www.loc.gov/standards/alto/ns-v2#"'],
    ['version 4', 'alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"'],
    ['no version', 'alto xmlns="http://www.loc.gov/standards/alto/"'],
  ])('is read whatever its namespace: %s', (_, root) => {
    expect(linesOf(alto(line(word('one'), '<SP/>', word('two')), root))).toEqual(['one two'])
  })

  test('is read whatever its prefix', () => {
    const file = '<a:alto xmlns:a="x"><a:TextLine><a:String a:CONTENT="one"></a:String></a:TextLine></a:alto>'
    expect(linesOf(file)).toEqual(['one'])
  })

  test('has its attributes by name, blanks around = and names that end alike among them', () => {
    const file = alto(
      `<TextLine><String SUBCONTENT="no" x:CONTENT = "one"\n/><String CONTENT ='two' MYCONTENT='no'/></TextLine>`,
    )
    expect(linesOf(file)).toEqual(['one two'])
  })

  test('has a line for each TextLine and one blank between Strings, SP or not', () => {
    expect(linesOf(alto(line(word('a'), word('b'), '<SP/>', word('c')) + line(word('d'))))).toEqual(['a b c', 'd'])
  })

  test.each([
    ['Chinese', ['義', '禮', '說'], ['義禮說']],
    ['Japanese', ['ラ', 'ー', 'メ', 'ン', 'を', '食', 'べ', 'る', '。'], ['ラーメンを食べる。']],
    ['beyond the first plane', ['𠮷', '野家'], ['𠮷野家']],
    ['by references', ['&#x7fa9;', '&#31150;'], ['義禮']],
    ['Korean, which has blanks', ['한국', '사람'], ['한국 사람']],
    ['another script before or after', ['義', 'A', '禮', '5', 'é', '說'], ['義 A 禮 5 é 說']],
    ['a quotation mark of Latin', ['義', '“', '禮'], ['義 “ 禮']],
  ])('has no blank between Strings of %s where there is no SP', (_, strings, expected) => {
    expect(linesOf(alto(line(...strings.map((text) => word(text)))))).toEqual(expected)
  })

  test('has a blank in Chinese where there is an SP, and a line for each TextLine', () => {
    expect(linesOf(alto(line(word('義'), '<SP/>', word('禮'), word('說')) + line(word('選'))))).toEqual([
      '義 禮說',
      '選',
    ])
    expect(linesOf(alto(line(word('義'), '<HYP CONTENT="-"/>', word('禮'))))).toEqual(['義- 禮'])
  })

  test('has the text of margins and nested blocks, and none of Glyphs, Variants, tags and descriptions', () => {
    const file = `<alto><Description><fileName>x.tif</fileName></Description><Tags><LayoutTag LABEL="no"/></Tags><Layout><Page>
      <TopMargin><TextBlock>${line(word('top'))}</TextBlock></TopMargin>
      <PrintSpace><ComposedBlock><ComposedBlock><TextBlock>${line('<String CONTENT="in"><Glyph CONTENT="i"><Variant CONTENT="j"/></Glyph><ALTERNATIVE>is</ALTERNATIVE></String>')}</TextBlock></ComposedBlock></ComposedBlock></PrintSpace></Page></Layout></alto>`
    expect(linesOf(file)).toEqual(['top', 'in'])
  })

  test('has nothing of Strings without CONTENT', () => {
    expect(linesOf(alto(line(word(''), '<String/>', word('a'), word(''))))).toEqual(['a'])
    expect(linesOf(alto(''))).toEqual([])
  })

  test('has references decoded, and a > in a value is no end of an element', () => {
    expect(linesOf(alto(line(word('&lt;&amp;&#x1F600;&#233;'), word('a>b'), "<String CONTENT='\"'/>")))).toEqual([
      '<&😀é a>b "',
    ])
  })

  describe('with a word on two lines', () => {
    const hyphenated = alto(
      line(word('a'), part(1, 'tran', 'tranquil'), '<HYP CONTENT="-"/>') + line(part(2, 'quil', 'tranquil'), word('b')),
    )

    test('has it once and whole', () => expect(linesOf(hyphenated)).toEqual(['a tranquil', 'b']))

    test('has it as it is printed where words are not to be joined', () => {
      expect(linesOf(hyphenated, { dehyphenate: false })).toEqual(['a tran-', 'quil b'])
    })

    test.each([
      ['no SUBS_CONTENT', `${part(1, 'tran')}<HYP CONTENT="-"/>`, part(2, 'quil'), ['tran-', 'quil']],
      ['an empty SUBS_CONTENT', `${part(1, 'tran', '')}<HYP/>`, part(2, 'quil', ''), ['tran-', 'quil']],
      ['no first part', '', part(2, 'quil', 'tranquil'), ['quil']],
      ['no second part', part(1, 'tran', 'tranquil'), word('b'), ['tranquil', 'b']],
      ['another word in between', part(1, 'tran', 'tranquil') + word('x'), part(2, 'quil', 'tranquil'), ['tranquil x']],
      ['no second part and a HYP further on', part(1, 'tran', 'tranquil'), `${word('lo')}<HYP/>`, ['tranquil', 'lo-']],
      [
        'no second part and a HYP on its line',
        `${part(1, 'tran', 'tranquil')}${word('lo')}<HYP/>`,
        word('ud'),
        ['tranquil lo-', 'ud'],
      ],
      [
        'no second part, and that of a word without a first',
        part(1, 'tran', 'tranquil'),
        word('x') + part(2, 'ly'),
        ['tranquil', 'x ly'],
      ],
      [
        'a head line in between',
        `${part(1, 'tran', 'tranquil')}<HYP/>`,
        `${word('lo')}<HYP/></TextLine><TextLine>${part(2, 'quil', 'tranquil')}`,
        ['tranquil', 'lo-'],
      ],
      ['the second part of another word', part(1, 'tran', 'tranquil'), part(2, 'ly', 'loudly'), ['tranquil', 'ly']],
    ])('and %s loses nothing', (_, first, second, expected) => {
      expect(linesOf(alto(line(first) + line(second)))).toEqual(expected)
    })
  })

  test.each([
    ['', 'tranquillity'],
    [', of which only the first part tells it', undefined],
  ])('has a word on three lines once and whole%s', (_, whole) => {
    const lines = [
      line(word('a'), part(1, 'tran', 'tranquillity'), '<HYP CONTENT="-"/>'),
      line(part(2, 'quil', whole), '<HYP CONTENT="-"/>'),
      line(part(2, 'lity', whole), word('b')),
    ]
    expect(linesOf(alto(lines.join('')))).toEqual(['a tranquillity', 'b'])
    expect(linesOf(alto([lines[0], line(part(2, 'quil', whole)), lines[2]].join('')))).toEqual([
      'a tranquillity',
      'lity b',
    ])
  })

  test('has the words it was made of, whatever they are', () => {
    const words = fc.array(fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { maxLength: 6 }), {
      maxLength: 6,
    })
    const escaped = (text: string) => text.replace(/[&<"\n\r\t]/g, (character) => `&#${character.codePointAt(0)};`)
    fc.assert(
      fc.property(words, (lines) => {
        const file = alto(lines.map((each) => line(...each.map((text) => word(escaped(text))))).join(''))
        const text = plainText(Buffer.from(file), { file: '1.xml', mime: null, format: null }, { dehyphenate: true })
        expect(text.toString()).toBe(lines.map((each) => `${lineOf(each, () => false)}\n`).join(''))
        const spaced = file.replaceAll('/><String', '/><SP/><String')
        const words = plainText(Buffer.from(spaced), { file: '1.xml', mime: null, format: null }, { dehyphenate: true })
        expect(words.toString()).toBe(lines.map((each) => `${each.join(' ')}\n`).join(''))
      }),
      { numRuns: 50 },
    )
  })
})

const data = '../shared/data/mets-alto'
const inData = globSync(`${data}/{alto-standard-samples,goobi-alto,kb-nl-1813}/**/*.xml`).filter((path) =>
  /<(?:\w+:)?alto\b/.test(readFileSync(path, 'latin1').slice(0, 2000)),
)
describe.skipIf(!existsSync(data))('real pages (skipped when ../shared/data is absent)', () => {
  test.each(inData)('%s', (path) => {
    const bytes = readFileSync(path)
    const text = plainText(bytes, { file: path, mime: null, format: null }, { dehyphenate: true })
    const expected = altoIndependently(bytes.toString())
    expect(referenceCleaning(text, true).text).toBe(expected)
    expect(expected).not.toBe('')
  })
})
