import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineNumbers } from '../../src/rights/line-numbers.ts'

function textOf(lines: readonly (number | readonly [member: string, line: number])[], longest = 1_000): string {
  const numbers = new LineNumbers(longest)
  for (const line of lines) numbers.add(typeof line === 'number' ? { line } : { member: line[0], line: line[1] })
  return numbers.text
}

test('lines that follow each other are a range, one with several faults is told once', () => {
  expect(textOf([3, 7, 8, 8, 9, 12, 12, 14])).toBe('3, 7-9, 12, 14')
})

test('lines of a tar are those of its files', () => {
  const lines = [
    ['a.json', 3],
    ['a.json', 4],
    ['b.json', 5],
    ['b.json', 9],
  ] as const
  expect(textOf(lines)).toBe('a.json: 3-4; b.json: 5, 9')
})

test('what has no room is counted', () => {
  expect(textOf([10, 20, 30, 31, 40, 41, 41], 8)).toBe('10, 20, and 5 that are not listed')
  expect(textOf([1_000], 3)).toBe('1 that are not listed')
})

test('property: the text is bounded, and each line is in it or counted', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300), { maxLength: 200 }), fc.integer({ min: 0, max: 400 }), (some, longest) => {
      const lines = some.toSorted((a, b) => a - b)
      const text = textOf(lines, longest)
      expect(text.length).toBeLessThanOrEqual(longest + 40)
      const unlisted = Number(/(\d+) that are not listed$/.exec(text)?.[1] ?? 0)
      const listed = text
        .replace(/(, and )?\d+ that are not listed$/, '')
        .split(', ')
        .filter(Boolean)
      const told = listed.flatMap((range) => {
        const [from = 0, to = from] = range.split('-').map(Number)
        return Array.from({ length: to - from + 1 }, (_, at) => from + at)
      })
      const known = new Set(told)
      expect([...known]).toEqual([...new Set(lines)].slice(0, known.size))
      expect(unlisted).toBe(lines.filter((line) => !known.has(line)).length)
    }),
  )
})
