import { expect, test } from 'vitest'
import { storedDocument } from '../../../src/shards/embedded/document.ts'
import type { IndexDocument } from '../../../src/shards/engine.ts'
import { tokenize } from '../../../src/shards/search/tokens.ts'

/** A document of one page. */
function documentOf(text: string): IndexDocument {
  const head = Buffer.from('{"id":"a.1","ocr":"')
  const page = Buffer.from(JSON.stringify(text).slice(1, -1))
  const json = Buffer.concat([head, page, Buffer.from('"')])
  const pages = [{ order: 1, label: null, offset: head.length, length: page.length }]
  return { id: 'a.1', fence: 1, rev: 1, digest: '', json, provenance: Buffer.from(',"rev":1}'), pages }
}

/** What the rows of the page hold. */
function read(text: string) {
  const rows = [...storedDocument(documentOf(text)).rows].filter(({ page }) => page === 1)
  return { text: rows.map((row) => row.text).join(''), parts: rows.map(({ part }) => part), rows }
}

const upTo = (bytes: number, words: string) => words.repeat(Math.ceil(bytes / Buffer.byteLength(words)))

test.each([
  ['escapes wherever it could be cut', upTo(2.5e6, 'so "said\\ he\\\\ to\n\n her\u0001 ')],
  ['letters of several bytes', upTo(2.5e6, 'größe жизнь 図書館 ')],
  ['blanks one in a MiB only', upTo(3e6, `${'word\n'.repeat(230_000)} `)],
  ['no blank at all', upTo(1.5e6, '"word"\n')],
])('a page of more than a MiB with %s is all there', (_, most) => {
  const text = `${most}end`
  const { text: stored, parts, rows } = read(text)
  expect(stored === text).toBe(true)
  expect(parts).toEqual(parts.map((_, at) => at + 1))
  const words = rows.flatMap((row) => [...row.words.matchAll(/[:,]\d+/g)]).length
  expect(words).toBe([...tokenize(text)].length)
})
