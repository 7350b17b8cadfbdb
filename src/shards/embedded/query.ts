import { longestWord } from './rows.ts'
import { tokenize } from './tokens.ts'

/** Words that must follow each other. A single word is a phrase of one. */
export type Phrase = readonly PhraseWord[]

export interface PhraseWord {
  readonly word: string
  /** True for one letter of a script without blanks: it matches the pairs that begin with it. */
  readonly prefix: boolean
  /** Positions after the first word of the phrase. */
  readonly distance: number
}

export interface Query {
  readonly wanted: readonly Phrase[]
  readonly excluded: readonly Phrase[]
}

/** Longer queries are cut, in UTF-16 units: nobody types them, and each word costs an index scan. */
const longestQuery = 1_000
const chunks = /(?<minus>-?)(?:"(?<quoted>[^"]*)"?|(?<bare>[^\s"]+))/g

/**
 * Reads what a person typed: words, "phrases in quotation marks", and -words or -"phrases" to leave out. Every text is
 * a query; one without words asks for nothing. A chunk that falls into several words (l'amour, 図書館) is a phrase.
 */
export function parseQuery(text: string): Query {
  const wanted: Phrase[] = []
  const excluded: Phrase[] = []
  for (const { groups } of text.slice(0, longestQuery).replace(/[“”„]/g, '"').matchAll(chunks)) {
    const phrase = phraseOf(groups?.quoted ?? groups?.bare ?? '')
    if (phrase.length > 0) (groups?.minus ? excluded : wanted).push(phrase)
  }
  return { wanted, excluded }
}

function phraseOf(text: string): Phrase {
  const words: PhraseWord[] = []
  let first: number | null = null
  for (const { word, kind, position } of tokenize(text)) {
    // The last letter of a run is part of the pair before it.
    if (kind === 'last' || Buffer.byteLength(word) > longestWord) continue
    first ??= position
    words.push({ word, prefix: kind === 'lone', distance: position - first })
  }
  return words
}

/** A tsquery literal that matches texts with all (`&`) or any (`|`) of the phrases. */
export function tsquery(phrases: readonly Phrase[], operator: '&' | '|'): string {
  return phrases.map((phrase) => `(${phraseQuery(phrase)})`).join(` ${operator} `)
}

function phraseQuery(phrase: Phrase): string {
  let query = ''
  for (const [index, { word, prefix, distance }] of phrase.entries()) {
    const step = distance - (phrase[index - 1]?.distance ?? 0)
    query += `${index === 0 ? '' : ` <${step}> `}'${word}'${prefix ? ':*' : ''}`
  }
  return query
}
