import { tokenize } from './tokens.ts'

/** What must follow each other; a single word is a phrase of one. */
export interface Phrase {
  /** As it was typed: what an engine with an analysis of its own is asked for. */
  readonly text: string
  /** By our own reading; at least one. */
  readonly words: readonly PhraseWord[]
}

export interface PhraseWord {
  readonly word: string
  /** True for one letter of a script without blanks: it matches the pairs that begin with it. */
  readonly prefix: boolean
  /** Positions after the first word of the phrase. */
  readonly distance: number
}

export interface Query {
  /** No two alike. */
  readonly wanted: readonly Phrase[]
  readonly excluded: readonly Phrase[]
}

/** Longer queries are cut, in UTF-16 units: nobody types them, and each word costs an index scan. */
const longestQuery = 1_000
/** Further phrases are cut off, too: each is looked for in several fields, and Lucene takes 1,024 in all. */
const mostPhrases = 100
const chunks = /(?<minus>-?)(?:"(?<quoted>[^"]*)"?|(?<bare>[^\s"]+))/g

/**
 * Reads what a person typed: words, "phrases in quotation marks", and -words or -"phrases" to leave out. Every text is
 * a query; one without words asks for nothing. A chunk that falls into several words (l'amour, 図書館) is a phrase.
 */
export function parseQuery(text: string): Query {
  const wanted = new Map<string, Phrase>()
  const excluded = new Map<string, Phrase>()
  for (const { groups } of text.slice(0, longestQuery).toWellFormed().replace(/[“”„]/g, '"').matchAll(chunks)) {
    if (wanted.size + excluded.size === mostPhrases) break
    const phrase = phraseOf(groups?.quoted ?? groups?.bare ?? '')
    if (phrase.words.length > 0) (groups?.minus ? excluded : wanted).set(phrase.text, phrase)
  }
  return { wanted: [...wanted.values()], excluded: [...excluded.values()] }
}

/**
 * The same for a field whose values are matched whole, as numbers and headings are: all that was typed is one value,
 * unless something of it is in quotation marks or to be left out.
 */
export function parseValue(text: string): Query {
  const query = parseQuery(text)
  if (query.excluded.length > 0 || /["“”„]/.test(text)) return query
  const value = phraseOf(text.slice(0, longestQuery).toWellFormed().trim())
  return { wanted: value.words.length > 0 ? [value] : [], excluded: [] }
}

function phraseOf(text: string): Phrase {
  const words: PhraseWord[] = []
  let first: number | null = null
  for (const { word, kind, position } of tokenize(text)) {
    // The last letter of a run is part of the pair before it.
    if (kind === 'last') continue
    first ??= position
    words.push({ word, prefix: kind === 'lone', distance: position - first })
  }
  return { text, words }
}
