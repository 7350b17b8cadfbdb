import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../src/sources/canonical-json.ts'

/** As it was said first: digests of earlier releases are made of it. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })

test('any value is what JSON.stringify makes of it with sorted keys', () => {
  const names = fc.oneof(
    fc.string(),
    fc.constantFrom('0', '10', '9', '01', '-1', '4294967294', '4294967295', '__proto__', 'constructor', 'é', '\ud800'),
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.boolean(),
      fc.constantFrom(null, undefined),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.array(fc.tuple(names, tie('tree')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
    ),
  }))
  fc.assert(
    fc.property(tree, (value) => {
      expect(canonicalJson([value])).toBe(sorted([value]))
    }),
    { numRuns: 1_000 },
  )
})

test('keys are in one order whatever order they come in', () => {
  expect(canonicalJson({ b: 1, a: { d: [2, { f: 3, e: 4 }], c: undefined } })).toBe(
    '{"a":{"d":[2,{"e":4,"f":3}]},"b":1}',
  )
})
