import { expect, test } from 'vitest'
import { fields } from '../../../src/shards/fields.ts'
import { isAnalyzed } from '../../../src/shards/schema/analysis.ts'
import { type SchemaDescription, schemaDescription, schemaDigest } from '../../../src/shards/schema/description.ts'
import { schemaPage } from '../../../src/shards/schema/page.ts'

const { fields: indexFields, analyses, commonWords } = schemaDescription
const named = new Map(indexFields.map((field) => [field.name, field]))

test('each field stands once in the index and once in the document', () => {
  expect(named.size).toBe(indexFields.length)
  expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length)
})

// An engine copies a value whole, and refuses the document when it is too long for an exact one; cut first, the words
// of the copy would be cut too.
test('the engine copies only from text to text, so that no copy is cut and none is too long', () => {
  const copies = indexFields.filter(({ copiedFrom }) => copiedFrom !== undefined)
  expect(copies.length).toBeGreaterThan(0)
  for (const { name, kind, multi, copiedFrom } of copies) {
    const source = named.get(copiedFrom!)!
    expect([name, source.copiedFrom, isAnalyzed(source.kind), isAnalyzed(kind), multi]).toEqual([
      name,
      undefined,
      true,
      true,
      source.multi,
    ])
  }
})

test('documents bring no field that the engine makes', () => {
  expect(fields.filter(({ copiedFrom, hides }) => copiedFrom !== undefined || hides)).toEqual([])
})

test('what is sorted by has one value', () => {
  expect(indexFields.filter(({ kind, multi }) => kind === 'sortKey' && multi)).toEqual([])
})

test('any change of a field, a step or a common word makes another digest, and nothing else does', () => {
  const changed: SchemaDescription[] = [
    { ...schemaDescription, fields: indexFields.slice(1) },
    { ...schemaDescription, fields: indexFields.map((field) => ({ ...field, stored: true })) },
    { ...schemaDescription, analyses: { ...analyses, text: analyses.ocr } },
    { ...schemaDescription, analyses: { ...analyses, ocr: { ...analyses.ocr, similarity: { k1: 1.2, b: 0.75 } } } },
    { ...schemaDescription, commonWords: commonWords.slice(1) },
  ]
  const digests = [schemaDescription, ...changed].map(schemaDigest)
  expect(new Set(digests).size).toBe(changed.length + 1)
  for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{16}$/)
  expect(schemaDigest(structuredClone(schemaDescription))).toBe(digests[0])
})

test('no common word is a digit, a single Latin letter, or of a script written without blanks', () => {
  const unfit = /^[a-z]$|\p{N}|[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{sc=Thai}]|\s/u
  expect(commonWords.filter((word) => unfit.test(word))).toEqual([])
  expect(commonWords).toEqual([...new Set(commonWords)].sort())
})

test('the page has a row for every field', () => {
  const rows = schemaPage().match(/^\| `\w+` \|/gm) ?? []
  expect(rows).toEqual(indexFields.map(({ name }) => `| \`${name}\` |`))
})
