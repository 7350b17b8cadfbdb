import type { Phrase, Query } from '../search/query.ts'
import { longestWord } from './rows.ts'

/** The query without the words that are too long for the index, which lacks them too. */
export function indexedPart({ wanted, excluded }: Query): Query {
  return { wanted: wanted.flatMap(indexedWords), excluded: excluded.flatMap(indexedWords) }
}

function indexedWords({ text, words }: Phrase): Phrase[] {
  const kept = words.filter(({ word }) => Buffer.byteLength(word) <= longestWord)
  return kept.length === 0 ? [] : [{ text, words: kept }]
}

/** A tsquery literal that matches texts with all (`&`) or any (`|`) of the phrases. */
export function tsquery(phrases: readonly Phrase[], operator: '&' | '|'): string {
  return phrases.map((phrase) => `(${phraseQuery(phrase)})`).join(` ${operator} `)
}

function phraseQuery({ words }: Phrase): string {
  let query = ''
  let before = 0
  for (const { word, prefix, distance } of words) {
    query += `${query === '' ? '' : ` <${distance - before}> `}'${word}'${prefix ? ':*' : ''}`
    before = distance
  }
  return query
}
