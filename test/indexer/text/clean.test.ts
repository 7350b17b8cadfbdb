import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteSink } from '../../../src/indexer/text/byte-sink.ts'
import { cleanPage } from '../../../src/indexer/text/clean.ts'
import { referenceCleaning } from './reference-cleaning.ts'

function clean(page: string | Buffer, dehyphenate = true): { text: string; invalid: number } {
  const sink = new ByteSink(0)
  const invalid = cleanPage(Buffer.from(page), sink, { dehyphenate })
  return { text: JSON.parse(`"${sink.written()}"`), invalid }
}
const bytes = (...values: (number | string)[]) =>
  Buffer.concat(values.map((value) => (typeof value === 'number' ? Buffer.from([value]) : Buffer.from(value))))

describe('a page is cleaned: it', () => {
  test.each<[string, string | Buffer, string, number]>([
    [
      'keeps every ordinary character',
      'Čech Ελλάς עברית 中文 😀 “x” – a\u00A0b',
      'Čech Ελλάς עברית 中文 😀 “x” – a\u00A0b',
      0,
    ],
    ['escapes what JSON needs escaped', 'a "b" \\ c/', 'a "b" \\ c/', 0],
    ['drops a UTF-8 byte order mark', '\uFEFFa', 'a', 0],
    ['reads UTF-16 by its mark, little endian', Buffer.from('\uFEFFaé😀', 'utf16le'), 'aé😀', 0],
    ['reads UTF-16 by its mark, big endian', Buffer.from('\uFEFFaé😀', 'utf16le').swap16(), 'aé😀', 0],
    ['counts half a pair and half a unit of UTF-16', bytes(0xff, 0xfe, 0x61, 0, 0, 0xd8, 0x62, 0, 0x63), 'a b', 2],
    ['makes one space of each ill-formed sequence', bytes('a', 0xe2, 0x80, 'b', 0xff, 0xff, 'c'), 'a b  c', 3],
    ['makes three spaces of an encoded surrogate', bytes('a', 0xed, 0xa0, 0x80, 'b'), 'a   b', 3],
    ['refuses overlong forms', bytes('a', 0xc0, 0xaf, 'b', 0xe0, 0x80, 0xaf), 'a  b', 5],
    ['makes a space of a sequence the page ends in', bytes('a', 0xf0, 0x9f), 'a', 1],
    ['counts noncharacters and U+FFFD', 'a\uFFFE\uFDD0\u{1FFFF}\uFFFDb', 'a    b', 4],
    ['decodes references', '#{72}#{233}#{8212}#{128512}#{000065}', 'Hé—😀A', 0],
    ['joins a surrogate pair of two references', '#{55357}#{56832}', '😀', 0],
    [
      'counts references to no character',
      'a#{0}b#{55357}c#{56832}d#{1114112}e#{99999999999999999999}f#{65535}g',
      'a b c d e f g',
      6,
    ],
    ['does not decode what a reference decodes to', '#{35}{65}', '#{65}', 0],
    ['leaves what only looks like a reference', '# #{ #{} #{x} #{65 #{-1} ##{65}', '# #{ #{} #{x} #{65 #{-1} #A', 0],
    ['removes U+200B', 'a\u200Bb#{8203}c', 'abc', 0],
    ['makes spaces of control characters and tabs', 'a\0b\x1bc\x7fd\u0085e\tf#{7}g', 'a b c d e f g', 0],
    ['makes one space of each line end', 'a\nb\r\nc\rd\n\ne\n\rf', 'a b c d  e  f', 0],
    ['takes blanks from both ends of the page', '\n \t a \r\n', 'a', 0],
    ['finds nothing in a page of blanks', ' \r\n\t\u200B', '', 0],
  ])('%s', (_, page, text, invalid) => {
    expect(clean(page)).toEqual({ text, invalid })
  })

  test.each([
    ['com-\nplete', 'complete'],
    ['com-\r\nplete', 'complete'],
    ['com- \t\r  plete', 'complete'],
    ['com\u2010\nplete com\u00AD\nplete com\u00AC\nplete', 'complete complete complete'],
    ['вой-\nна ελ-\nλάς ξένο\u0301-\nς', 'война ελλάς ξένο\u0301ς'],
    ['a-\nb-\nc-\nd', 'abcd'],
    ['com-\rpl\nete', 'compl ete'],
    ['com#{45}#{10}#{112}lete', 'complete'],
    ['com-\u200B\n\u200Bplete', 'complete'],
    ['com-\0\n\0plete', 'complete'],
  ])('joins a word hyphenated at a line end: %j', (page, joined) => {
    expect(clean(page).text).toBe(joined)
  })

  test.each([
    ['com-\n\nplete', 'com-  plete'],
    ['com-\n-\nplete', 'com- - plete'],
    ['com--\nplete', 'com-- plete'],
    ['1914-\n1918', '1914- 1918'],
    ['page 7-\nb a-\n7', 'page 7- b a- 7'],
    ['com -\nplete', 'com - plete'],
    ['-\nplete', '- plete'],
    ['com-\n"plete"', 'com- "plete"'],
    ['com-plete', 'com-plete'],
    ['com-\n', 'com-'],
  ])('leaves other hyphens: %j', (page, left) => {
    expect(clean(page).text).toBe(left)
  })

  test('leaves all hyphens when dehyphenate is off', () => {
    expect(clean('com-\nplete', false).text).toBe('com- plete')
  })
})

describe('cleaning bytes in one pass', () => {
  const special = [
    '-',
    '\u2010',
    '\u00AD',
    '\u00AC',
    '\n',
    '\r',
    '\r\n',
    ' ',
    '\t',
    '\0',
    '\u200B',
    '\uFEFF',
    '"',
    '\\',
    '#',
    '{',
    '}',
    '#{45}',
    '#{10}',
    '#{13}',
    '#{32}',
    '#{55357}',
    '#{56832}',
    '#{0}',
    '#{8203}',
    '#{97}',
    '#{64976}',
    'a',
    'é',
    'ж',
    '中',
    '😀',
    '\u0301',
    '\u0915\u094D',
    '1',
    '\uFFFD',
    '\uFDD0',
    '\u0085',
    '“',
  ]
  const piece = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...special).map((each) => Buffer.from(each)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }).map((each) => Buffer.from(each)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }).map((each) => Buffer.from(each)) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(0xc2, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0x80, 0x90, 0xa0, 0xbf)
        .map((each) => Buffer.from([each])),
    },
  )
  const page = fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.concat(pieces))

  test('gives what the rules give one after another on strings', () => {
    fc.assert(
      fc.property(page, fc.boolean(), (each, dehyphenate) => {
        expect(clean(each, dehyphenate)).toEqual(referenceCleaning(each, dehyphenate))
      }),
      { numRuns: 5000 },
    )
  })

  test('gives the same for UTF-16, broken or not', () => {
    const utf16 = fc
      .tuple(fc.constantFrom([0xff, 0xfe], [0xfe, 0xff]), page)
      .map(([mark, rest]) => Buffer.concat([Buffer.from(mark), rest]))
    fc.assert(
      fc.property(utf16, (each) => {
        expect(clean(each)).toEqual(referenceCleaning(each, true))
      }),
    )
  })

  test('takes no letter of the page before for the start of its own', () => {
    const sink = new ByteSink(0)
    for (const each of ['a', '-\nb', '\nc']) cleanPage(Buffer.from(each), sink, { dehyphenate: true })
    expect(sink.written().toString()).toBe('a- bc')
  })

  test('never looks at or changes what stands before the page', () => {
    fc.assert(
      fc.property(page, page, (first, second) => {
        const sink = new ByteSink(0)
        cleanPage(first, sink, { dehyphenate: true })
        const before = sink.written().toString()
        cleanPage(second, sink, { dehyphenate: true })
        const alone = new ByteSink(0)
        cleanPage(second, alone, { dehyphenate: true })
        expect(sink.written().toString()).toBe(before + alone.written().toString())
      }),
    )
  })

  test('of a page of nothing but quotation marks makes room as it goes', () => {
    expect(clean('"'.repeat(100_000)).text).toBe('"'.repeat(100_000))
  })

  test('of a page of 50 MB needs half as much again, not three strings', () => {
    const large = Buffer.alloc(50 * 2 ** 20, 'A page of "50 MB" com-\nplete. ')
    const sink = new ByteSink(large.length)
    const before = process.memoryUsage().arrayBuffers
    cleanPage(large, sink, { dehyphenate: true })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1.5 * large.length)
  })
})

const found = '../shared/data/page-encodings'
describe.skipIf(!existsSync(found))('page files in awkward encodings (skipped when ../shared/data is absent)', () => {
  test.each(['utf8.txt', 'utf8-dos.txt', 'utf8.xml', 'wellformed.xml'])('%s loses nothing but line ends', (name) => {
    const page = readFileSync(`${found}/${name}`)
    expect(clean(page)).toEqual(referenceCleaning(page, true))
    expect(clean(page, false).text).toBe(
      page
        .toString('utf8')
        .replace(/\r?\n|\t/g, ' ')
        .trim(),
    )
  })
})
