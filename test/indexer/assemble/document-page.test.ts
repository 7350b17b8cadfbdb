import { expect, test } from 'vitest'
import { documentPage } from '../../../src/indexer/assemble/document-page.ts'
import { fields } from '../../../src/shards/fields.ts'

test('the page of the document has a row for every field and says from what it is made', () => {
  const page = documentPage()
  expect(page.split('\n')[0]).toMatch(/^<!-- Generated from src\/shards\/fields\.ts .*-->$/)
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  expect(rows.map((row) => /^\| `([^`]+)`/.exec(row)?.[1]).slice(0, fields.length)).toEqual(
    fields.map(({ name }) => name),
  )
})
