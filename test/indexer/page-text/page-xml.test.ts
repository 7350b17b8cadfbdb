import { existsSync, readFileSync } from 'node:fs'
import { XMLParser } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { linesOf } from './read.ts'

const equiv = (text: string, index?: number) =>
  `<TextEquiv${index === undefined ? '' : ` index="${index}"`}><PlainText>no</PlainText><Unicode>${text}</Unicode></TextEquiv>`
const line = (inside: string) => `<TextLine><Coords points="1,2"/>${inside}</TextLine>`
const region = (id: string, inside: string) => `<TextRegion id="${id}">${inside}</TextRegion>`
const page = (inside: string) =>
  `<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"><Metadata><Creator>no</Creator></Metadata><Page>${inside}</Page></PcGts>`

describe('a page of PAGE', () => {
  test('has the text of each line, not that of its words or its region again', () => {
    const words = `<Word><Glyph>${equiv('x')}</Glyph>${equiv('xy')}</Word>`
    expect(
      linesOf(page(region('r', line(words + equiv('one two')) + line(equiv('three')) + equiv('all of it')))),
    ).toEqual(['one two', 'three'])
  })

  test('has the PlainText of a line whose Unicode is empty or not there', () => {
    const plain = (inside: string) => line(`<TextEquiv><PlainText>plain</PlainText>${inside}</TextEquiv>`)
    expect(
      linesOf(page(region('r', plain('<Unicode> </Unicode>') + plain('') + plain('<Unicode>ü</Unicode>')))),
    ).toEqual(['plain', 'plain', 'ü'])
  })

  test('leaves out a text that is empty for the next by index', () => {
    expect(
      linesOf(
        page(
          region(
            'r',
            line(equiv('later', 2) + equiv('next', 1)) +
              line(`<TextEquiv index="0"><Unicode/></TextEquiv>${equiv('next', 1)}`),
          ),
        ),
      ),
    ).toEqual(['next', 'next'])
  })

  test('has the words of a line without text, the glyphs of such a word, and a region without lines', () => {
    const glyphs = `<Word><Glyph>${equiv('a')}</Glyph><Glyph>${equiv('b')}</Glyph></Word>`
    expect(
      linesOf(page(region('r', line(`${glyphs}<Word>${equiv('c')}</Word>`)) + region('s', equiv('d\ne')))),
    ).toEqual(['ab c', 'd', 'e'])
  })

  test('of several texts has the one with the lowest index', () => {
    expect(linesOf(page(region('r', line(equiv('third', 2) + equiv('first', 0) + equiv('second', 1)))))).toEqual([
      'first',
    ])
  })

  test('is in reading order, groups in groups too, with regions it does not name at the end', () => {
    const order = `<ReadingOrder><OrderedGroup>
      <RegionRefIndexed index="2" regionRef="c"/>
      <UnorderedGroupIndexed index="1"><RegionRef regionRef="b"/><RegionRef regionRef="gone"/></UnorderedGroupIndexed>
      <RegionRefIndexed index="0" regionRef="a"/></OrderedGroup></ReadingOrder>`
    const regions = ['x', 'c', 'b', 'a'].map((id) => region(id, line(equiv(id))))
    expect(linesOf(page(order + regions.join('')))).toEqual(['a', 'b', 'c', 'x'])
  })

  test('keeps the last letter of a line, whatever its bytes are', () => {
    const ends = ['Il sera là', 'città', 'МИР', 'בן', '\u{1d4a0}', 'a\u00a0']
    expect(linesOf(page(region('r', ends.map((text) => line(equiv(` ${text}\n`))).join(''))))).toEqual(ends)
    const words = ends.map((text) => `<Word>${equiv(text)}</Word>`).join('')
    expect(linesOf(page(region('r', line(words))))).toEqual([ends.join(' ')])
  })

  test('has regions within regions', () => {
    expect(linesOf(page(region('a', line(equiv('outer')) + region('b', line(equiv('inner'))))))).toEqual([
      'outer',
      'inner',
    ])
  })
})

const folder = '../shared/data/mets-alto/ocr-d-kant_aufklaerung_1784/OCR-D-GT-PAGE'
describe.skipIf(!existsSync(folder))('real pages (skipped when ../shared/data is absent)', () => {
  test.each(['0017', '0020'])('%s: the lines are those of its TextLines', (number) => {
    const bytes = readFileSync(`${folder}/PAGE_${number}_PAGE.xml`)
    const parser = new XMLParser({
      isArray: (name) => /^(?:TextRegion|TextLine|TextEquiv)$/.test(name),
      parseTagValue: false,
    })
    type Line = { TextEquiv: { Unicode: string }[] }
    const regions: { TextLine: Line[] }[] = parser.parse(bytes).PcGts.Page.TextRegion
    const expected = regions.flatMap(({ TextLine }) => TextLine.map(({ TextEquiv }) => TextEquiv[0]!.Unicode))
    // Regions of these files stand in reading order.
    expect(linesOf(bytes)).toEqual(expected.filter((text) => text !== ''))
  })
})
