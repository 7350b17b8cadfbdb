import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutExactValue, isMatchedExactly, longestExactValue } from '../../../src/shards/schema/exact-value.ts'

const bytes = (value: string) => Buffer.byteLength(value)

test('an exact value is cut only when it is too long, and then as little as can be, between two characters', () => {
  const character = fc.constantFrom('a', 'é', '漢', '𝒜')
  const long = fc
    .tuple(fc.array(character, { maxLength: 9 }), character)
    .map(([first, last]) => first.join('') + last.repeat(longestExactValue / bytes(last) + 2))
  fc.assert(
    fc.property(fc.oneof(long, fc.string({ unit: 'binary' })), (value) => {
      const cut = cutExactValue(value)
      expect(value.startsWith(cut)).toBe(true)
      expect(bytes(cut)).toBeLessThanOrEqual(longestExactValue)
      const next = String.fromCodePoint(value.codePointAt(cut.length) ?? 0)
      expect(cut === value || bytes(cut + next) > longestExactValue).toBe(true)
      expect(cut.isWellFormed()).toBe(value.isWellFormed())
    }),
  )
})

test.each([
  ['a'.repeat(longestExactValue), longestExactValue],
  ['a'.repeat(longestExactValue + 1), longestExactValue],
  ['é'.repeat(longestExactValue), longestExactValue - 1],
  ['𝒜'.repeat(longestExactValue), longestExactValue - 1],
])('of a long value as many bytes stay as fit', (value, left) => {
  expect(bytes(cutExactValue(value))).toBe(left)
})

test('values are matched exactly that are filtered or sorted by, and no others', () => {
  expect(isMatchedExactly('string') && isMatchedExactly('sortKey')).toBe(true)
  for (const kind of ['text', 'ocr', 'exact', 'lccn', 'display', 'long'] as const)
    expect(isMatchedExactly(kind)).toBe(false)
})
