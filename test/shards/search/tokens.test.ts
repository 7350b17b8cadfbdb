import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold, tokenize } from '../../../src/shards/search/tokens.ts'

const words = (text: string) => [...tokenize(text)].map(({ word }) => word)
/** Any text, and text rich in letters that fold or pair. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...'aÉßſİσςяйשׁב كِاببـ中国圖ガｶﾞー한국ถึงकि1٣½\u00ad\u200d\u2029\n\'"-') }),
)

describe('words', () => {
  test.each([
    ['runs of letters and digits, folded', 'Die große Straße, 1904!', ['die', 'grosse', 'strasse', '1904']],
    ['an apostrophe and a hyphen part words', "l'amour vis-à-vis", ['l', 'amour', 'vis', 'a', 'vis']],
    ['soft hyphens and joiners vanish within a word', 'co\u00adop می\u200cخواهم', ['coop', 'میخواهم']],
    ['vowel signs of Indic scripts stay', 'किताब कुताब', ['किताब', 'कुताब']],
    ['scripts without blanks give pairs and the last letter', '图书馆', ['图书', '书馆', '馆']],
    ['a letter alone between other words is a word', '第3章', ['第', '3', '章']],
    ['sound marks make other kana, in half width too', 'カ ガ ｶﾞ', ['カ', 'ガ', 'ガ']],
    ['a syllable spelled in jamo is one letter', '한국'.normalize('NFD'), ['한국', '국']],
  ])('%s', (_, text, expected) => {
    expect(words(text)).toEqual(expected)
  })
})

describe('properties', () => {
  test('folding a folded word changes nothing, for every code point', () => {
    const unstable: string[] = []
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const folded = fold(String.fromCodePoint(code))
      if (fold(folded) !== folded) unstable.push(code.toString(16))
    }
    expect(unstable).toEqual([])
  })

  test('a word holds nothing that needs escaping in a tsvector', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const word of words(text)) expect(word).toMatch(/^[\p{L}\p{N}\p{M}]+$/u)
      }),
    )
  })

  test('positions and offsets rise, and neighbours of one run are 1 apart', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const tokens = [...tokenize(text)]
        for (const [index, token] of tokens.entries()) {
          const before = tokens[index - 1]
          expect(token.end).toBeGreaterThan(token.start)
          expect(token.end).toBeLessThanOrEqual(text.length)
          expect(token.position).toBeGreaterThan(before?.position ?? 0)
          expect(token.start).toBeGreaterThan(before?.start ?? -1)
          if (before?.kind === 'pair') expect(token.position).toBe(before.position + 1)
        }
      }),
    )
  })

  test('the stretch a token marks gives that token again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const token of tokenize(text)) {
          expect(words(text.slice(token.start, token.end))[0]).toBe(token.word)
        }
      }),
    )
  })

  test('composed and decomposed spelling give the same words', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'aéÅßйΆשׁأガ한국ệ ') })
    fc.assert(
      fc.property(letters, (text) => {
        expect(words(text.normalize('NFD'))).toEqual(words(text.normalize('NFC')))
      }),
    )
  })
})
