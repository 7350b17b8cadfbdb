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

  test('has of a region without lines its own text once, where the regions in it say it again', () => {
    const within = region('b', line(equiv('one'))) + region('c', line(equiv('two')))
    expect(linesOf(page(region('a', within + equiv('one\ntwo'))))).toEqual(['one', 'two'])
    expect(linesOf(page(region('a', region('b', equiv('M')) + equiv('Magna carta'))))).toEqual(['Magna carta', 'M'])
  })

  test('has a region within one that is named behind that, and one that is named where it is named', () => {
    const order = `<ReadingOrder><OrderedGroup><RegionRefIndexed index="0" regionRef="d"/>
      <OrderedGroupIndexed index="1" regionRef="a"><RegionRefIndexed index="0" regionRef="c"/></OrderedGroupIndexed>
      <RegionRefIndexed index="2" regionRef="e"/></OrderedGroup></ReadingOrder>`
    const named = (id: string, inside = '') => region(id, line(equiv(id)) + inside)
    const regions = named('e') + named('a', named('b') + named('c') + named('d'))
    expect(linesOf(page(order + regions))).toEqual(['d', 'a', 'b', 'c', 'e'])
  })

  test('has the cells of a table row by row, in the place of the table', () => {
    const order = `<ReadingOrder><OrderedGroup><RegionRefIndexed index="0" regionRef="t"/><RegionRefIndexed index="1" regionRef="r"/></OrderedGroup></ReadingOrder>`
    const cell = (row: number, col: number, inside: string) =>
      `<TableCell row="${row}" col="${col}" id="c${row}_${col}"><Coords points="1,2"/>${inside}<CornerPts>0 1 2 3</CornerPts></TableCell>`
    const cells = [
      cell(0, 0, line(equiv('1')) + line(equiv('2')) + equiv('1\n2')),
      cell(1, 0, line(equiv('4'))),
      cell(0, 1, equiv('3')),
      cell(10, 0, line(equiv('6'))),
      cell(2, 1, line(`<Word>${equiv('5')}</Word>`)),
    ]
    const table = `<TableRegion id="t">${cells.join('')}</TableRegion>`
    expect(linesOf(page(order + region('r', line(equiv('after'))) + table))).toEqual([...'123456', 'after'])
  })

  test.each(['TextRegion', 'TableRegion', 'ChartRegion', 'GraphicRegion', 'UnknownRegion', 'CustomRegion'])(
    'loses no text to where it is: lines and text in %s, and in none',
    (kind) => {
      const inside = `<${kind}>${line(equiv('in'))}</${kind}><${kind}>${equiv('own')}</${kind}>`
      expect(linesOf(page(inside + line(equiv('line')) + region('r', '')))).toEqual(['line', 'in', 'own'])
      expect(linesOf(page(equiv('all')))).toEqual(['all'])
    },
  )
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
