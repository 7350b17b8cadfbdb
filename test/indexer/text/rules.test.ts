import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { documentPage } from '../../../src/indexer/assemble/document-page.ts'
import { ByteSink } from '../../../src/indexer/text/byte-sink.ts'
import { cleanPage } from '../../../src/indexer/text/clean.ts'
import { writePages } from '../../../src/indexer/text/pages.ts'

interface Written {
  readonly text: string
  readonly invalid: number
  readonly empty: number
}

const bytesOf = (...parts: (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))))

function write(pages: readonly (string | Buffer)[], options: { token?: string; dehyphenate?: boolean } = {}): Written {
  const sink = new ByteSink(0)
  const { token = null, dehyphenate = true } = options
  const texts = pages.map((page) => Buffer.from(page))
  const { invalidBytes, empty } = writePages(texts, sink, { emptyPageToken: token, dehyphenate })
  return { text: JSON.parse(`"${sink.written()}"`), invalid: invalidBytes, empty }
}
const clean = (page: string | Buffer) => {
  const { text, invalid } = write([page])
  return { text, invalid }
}

/** One rule of the table of texts in docs/document.md. */
interface Rule {
  /** Pages, and what becomes of them. */
  readonly fixture: readonly [pages: (string | Buffer)[], written: Written, token?: string]
  readonly properties: Readonly<Record<string, () => void>>
}

const always =
  <Values extends [unknown, ...unknown[]]>(
    ...property: [...{ [Each in keyof Values]: fc.Arbitrary<Values[Each]> }, (...values: Values) => void]
  ) =>
  () =>
    fc.assert(fc.property(...property))

/** Letters of nine scripts, one of them outside the plane of 16 bits. */
const letter = fc.constantFrom('a', 'Z', 'é', 'ж', 'ς', 'א', 'ب', 'क', '中', '𐐨')
const word = fc.array(letter, { minLength: 1, maxLength: 6 }).map((letters) => letters.join(''))
const blank = fc.constantFrom(' ', '\t', '\0', '\u0085', '\u200B')
const hyphen = fc.constantFrom('-', '\u2010', '\u00AD', '\u00AC')
const lineEnd = fc.constantFrom('\n', '\r', '\r\n')
const noise = fc.constantFrom(' ', '\n', '\r\n', '\t', '\u200B', '\0', '"', '\\', '-', '1', '“', '\uFFFD', '\uFDD0')
/** Text in which every rule has something to do, but without a `#` and without a mark at its start. */
const anything = fc.array(fc.oneof(word, noise, hyphen), { maxLength: 30 }).map((parts) => `x${parts.join('')}`)
const isNoCharacter = (code: number) =>
  (code & 0xfffe) === 0xfffe || (code >= 0xfdd0 && code <= 0xfdef) || code === 0xfffd
const referenceOf = (code: number) => `#{${code}}`
const control = [...Array(0x20).keys(), ...Array.from({ length: 0x21 }, (_, index) => 0x7f + index)]

const rules: Readonly<Record<string, Rule>> = {
  'UTF-8, with or without byte order mark; UTF-16 with one': {
    fixture: [
      ['\uFEFFČech 😀', Buffer.from('\uFEFFΕλλάς', 'utf16le').swap16()],
      { text: 'Čech 😀 Ελλάς', invalid: 0, empty: 0 },
    ],
    properties: {
      'the same text is the same in every encoding': always(anything, (text) => {
        const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le')
        const forms = [Buffer.from(`\uFEFF${text}`), utf16, Buffer.from(utf16).swap16()]
        for (const form of forms) expect(clean(form)).toEqual(clean(text))
      }),
      'words and blanks stay what they are': always(fc.array(word), (words) => {
        expect(clean(words.join(' '))).toEqual({ text: words.join(' '), invalid: 0 })
      }),
    },
  },
  'bytes that are no UTF-8, lone surrogates, noncharacters, U+FFFD': {
    fixture: [
      [bytesOf('a', 0xe2, 0x80, 'b', 0xed, 0xa0, 0x80, 'c\uFDD0d\uFFFDe')],
      { text: 'a b   c d e', invalid: 6, empty: 0 },
    ],
    properties: {
      'whatever the bytes are, what comes of them is clean': always(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const sink = new ByteSink(0)
        cleanPage(Buffer.from(bytes), sink, { dehyphenate: true })
        const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(sink.written())
        expect(text).not.toMatch(/[\0-\x1f\x7f-\x9f\u200B\uFFFD\p{Noncharacter_Code_Point}\p{Cs}]/u)
        expect(text).toBe(text.replace(/^ +| +$/g, ''))
        JSON.parse(`"${text}"`)
      }),
      'each is a space, and is counted once': always(fc.array(word, { minLength: 2 }), (words) => {
        const page = Buffer.concat(
          words.flatMap((each, index) => (index > 0 ? [bytesOf(0xff), Buffer.from(each)] : [Buffer.from(each)])),
        )
        expect(clean(page)).toEqual({ text: words.join(' '), invalid: words.length - 1 })
      }),
      'no noncharacter is left, of any plane': () => {
        for (let plane = 0; plane <= 0x10; plane++)
          for (const code of [0xfffe, 0xffff].map((low) => plane * 0x10000 + low)) {
            expect(clean(`a${String.fromCodePoint(code)}b`)).toEqual({ text: 'a b', invalid: 1 })
          }
      },
    },
  },
  "Google's references: `#{1234}`, a surrogate pair as two of them": {
    fixture: [['#{72}#{233}#{55357}#{56832}#{0}#{55357}!'], { text: 'Hé😀  !', invalid: 2, empty: 0 }],
    properties: {
      'text as references, of code points or of halves, is the text': always(anything, fc.boolean(), (text, halves) => {
        const plain = text.replaceAll('\0', '')
        const codes = halves
          ? plain.split('').map((unit) => unit.charCodeAt(0))
          : [...plain].map((each) => each.codePointAt(0)!)
        expect(clean(codes.map(referenceOf).join(''))).toEqual(clean(plain))
      }),
      'any number is a character or a space that is counted': always(
        fc.nat(),
        fc.nat({ max: 0x120000 }),
        (large, near) => {
          for (const code of [large, near]) {
            const isNone = code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) || isNoCharacter(code)
            const expected = isNone ? { text: 'a b', invalid: 1 } : clean(`a${String.fromCodePoint(code)}b`)
            expect(clean(`a${referenceOf(code)}b`)).toEqual(expected)
          }
        },
      ),
    },
  },
  'control characters, tabs, line ends (CRLF is one)': {
    fixture: [['a\0b\x1bc\td\ne\r\nf\rg\u0085h'], { text: 'a b c d e f g h', invalid: 0, empty: 0 }],
    properties: {
      'each control character is one space': () => {
        for (const code of control) expect(clean(`a${String.fromCharCode(code)}b`)).toEqual({ text: 'a b', invalid: 0 })
      },
      'each line end is one space': always(fc.array(fc.tuple(word, lineEnd)), (lines) => {
        const page = lines.flat().join('')
        expect(clean(page).text).toBe(lines.map(([each]) => each).join(' '))
      }),
    },
  },
  'U+200B': {
    fixture: [['a\u200Bb#{8203}c \u200B'], { text: 'abc', invalid: 0, empty: 0 }],
    properties: {
      'anywhere, it makes no difference': always(anything, fc.nat(), (text, at) => {
        const characters = [...text]
        characters.splice(at % (characters.length + 1), 0, '\u200B')
        expect(clean(characters.join(''))).toEqual(clean(text))
      }),
    },
  },
  'letter, hyphen (`-` U+2010 U+00AD U+00AC), line end, letter; blanks around the line end': {
    fixture: [
      ['com-\nplete вой\u2010 \r\n на com\u00AD\rplete ελ\u00AC\nλάς com-', 'plete'],
      { text: 'complete война complete ελλάς com- plete', invalid: 0, empty: 0 },
    ],
    properties: {
      'letters of any script are joined, whatever blanks stand around the line end': always(
        ...([word, hyphen, fc.array(blank), lineEnd, fc.array(blank), word] as const),
        (left, dash, before, end, after, right) => {
          const page = [left, dash, ...before, end, ...after, right].join('')
          expect(clean(page)).toEqual({ text: left + right, invalid: 0 })
        },
      ),
      'and stay apart, hyphen and all, where dehyphenate is off': always(
        word,
        hyphen,
        lineEnd,
        word,
        (left, dash, end, right) => {
          expect(write([left + dash + end + right], { dehyphenate: false }).text).toBe(`${left}${dash} ${right}`)
        },
      ),
      'and stay apart before an empty line, a digit or a mark': always(
        ...([word, hyphen, lineEnd, fc.constantFrom('1', '"', '—', '\n\n'), word] as const),
        (left, dash, end, other, right) => {
          expect(clean(left + dash + end + other + right).text.startsWith(`${left}${dash} `)).toBe(true)
        },
      ),
      'and never across pages': always(word, hyphen, fc.constantFrom('', '\n'), word, (left, dash, end, right) => {
        expect(write([left + dash + end, right]).text).toBe(`${left}${dash} ${right}`)
      }),
    },
  },
  'blanks at the start and the end of a page': {
    fixture: [['\r\n \t a  b \0\n'], { text: 'a  b', invalid: 0, empty: 0 }],
    properties: {
      'make no difference': always(fc.array(fc.oneof(blank, lineEnd)), anything, (blanks, text) => {
        expect(clean(blanks.join('') + text).text).toBe(clean(text).text)
        expect(clean(`${text} ${blanks.join('')}`).text).toBe(clean(text).text)
      }),
    },
  },
  'between two pages': {
    fixture: [['one\n', ' two', '', 'three'], { text: 'one two three', invalid: 0, empty: 1 }],
    properties: {
      'one space, and what each page alone counts': always(fc.array(anything), (pages) => {
        const alone = pages.map((page) => write([page]))
        expect(write(pages)).toEqual({
          text: alone.map(({ text }) => text).join(' '),
          invalid: alone.reduce((sum, { invalid }) => sum + invalid, 0),
          empty: 0,
        })
      }),
    },
  },
  'a page without text': {
    fixture: [['', 'one', ' \u200B'], { text: '__EMPTYOCR__ one __EMPTYOCR__', invalid: 0, empty: 2 }, '__EMPTYOCR__'],
    properties: {
      'leaves the token, or nothing, and is counted': always(
        fc.array(fc.option(word), { minLength: 1 }),
        fc.boolean(),
        (words, isMarked) => {
          const pages = words.map((each) => each ?? ' \n')
          const texts = words.map((each) => each ?? (isMarked ? '"∅"' : '')).filter((each) => each !== '')
          const empty = words.filter((each) => each === null).length
          expect(write(pages, isMarked ? { token: '"∅"' } : {})).toEqual({ text: texts.join(' '), invalid: 0, empty })
        },
      ),
    },
  },
}

test('every rule of docs/document.md is tested here, and no other', () => {
  const table = documentPage().split('## Text\n')[1]!
  const stated = [...table.matchAll(/^\| (.+?) \| /gm)].map(([, cell]) => cell!)
  expect(Object.keys(rules)).toEqual(stated.slice(1))
})

describe.each(Object.entries(rules))('%s', (_, { fixture: [pages, written, token], properties }) => {
  test('is followed in a page that has it', () => {
    expect(write(pages, token === undefined ? {} : { token })).toEqual(written)
  })

  test.each(Object.entries(properties))('%s', (__, property) => {
    property()
  })
})
