import { describe, expect, test } from 'vitest'
import { saidOf } from '../../../src/sources/memberships/memberships.ts'

const held = (...rows: [value: unknown, access?: unknown][]) =>
  saidOf(
    'holdings',
    rows.map(([value, access = 0]) => ({ item: 'a.1', value, access })),
  )
const collected = (...values: unknown[]) =>
  saidOf(
    'collections',
    values.map((value) => ({ item: 'a.1', value, access: null })),
  )

describe('holdings', () => {
  test('are the codes of the libraries in order, each once; brittle, lost or missing where a count is above 0', () => {
    const said = held(['umn', 1], ['umich'], ['uc', null], ['umn', 0], ['UMN', '2'], ['x', true])
    expect(said.memberships).toEqual({ heldBy: ['UMN', 'uc', 'umich', 'umn', 'x'], heldByBrlm: ['UMN', 'umn', 'x'] })
    expect(said.problem).toBeNull()
  })

  test('have a digest that the order of rows does not change, and each value does; none where nobody holds it', () => {
    expect(held(['a'], ['b', 1]).digest).toBe(held(['b', 1], ['a']).digest)
    const digests = [held(['a']), held(['a', 1]), held(['a'], ['b'])].map(({ digest }) => digest)
    expect(new Set(digests).size).toBe(3)
    expect(held()).toEqual({ memberships: { heldBy: [], heldByBrlm: [] }, digest: null, problem: null })
  })

  test('of a column filled with blanks are without them', () => {
    expect(held(['umich   ']).memberships.heldBy).toEqual(['umich'])
  })

  test.each([
    [null, 0, 'has nothing where the holding library should be'],
    ['', 0, 'has "" where the holding library should be'],
    ['<b>umich</b>', 0, 'has "<b>umich</b>" where the holding library should be'],
    ['University of Michigan', 0, 'has "University of Michigan" where the holding library should be'],
    ['x'.repeat(65), 0, `has "${'x'.repeat(40)}" where the holding library should be`],
    ['umich', 'many', 'has "many" where a count of copies should be'],
  ])(
    'that are rubbish, such as %j with %j, are a problem, and another digest than without the row',
    (value, access, problem) => {
      const said = held(['uc'], [value, access])
      expect(said).toMatchObject({ problem, memberships: { heldBy: ['uc'] } })
      expect(said.digest).not.toBe(held(['uc']).digest)
    },
  )
})

describe('collections', () => {
  test('are numbers in order, each once; 0 where the item is in none, which is another digest than none', () => {
    expect(collected(20, '3', 20n).memberships).toEqual({ collections: [3, 20] })
    expect(collected().memberships).toEqual({ collections: [0] })
    expect(collected().digest).toMatch(/^[0-9a-f]{32}$/)
    expect(collected(3).digest).not.toBe(collected().digest)
  })

  test.each([null, -1, 1.5, '1e3', 'x', '<i>1</i>'])('that are no number, such as %j, are a problem', (value) => {
    expect(collected(7, value).problem).toMatch(/ where the number of a collection should be$/)
  })
})
