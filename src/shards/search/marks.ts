import type { Phrase, PhraseWord } from './query.ts'
import { type Token, tokenize } from './tokens.ts'

/** A match in a text, in UTF-16 units. */
export interface Mark {
  start: number
  end: number
  /** Place of the phrase in the query. */
  readonly phrase: number
}

/** Where a text has the phrases, by our own reading; in text order, overlapping and touching ones as one. */
export function ownMarks(text: string, phrases: readonly Phrase[]): Mark[] {
  const byPosition = new Map([...tokenize(text)].map((token) => [token.position, token] as const))
  const marks: Mark[] = []
  for (const position of byPosition.keys()) {
    for (const [phrase, { words }] of phrases.entries()) {
      const found = occurrence(byPosition, position, words)
      if (found) for (const part of found) marks.push({ ...part, phrase })
    }
  }
  return merge(marks)
}

function occurrence(
  tokens: ReadonlyMap<number, Token>,
  position: number,
  words: readonly PhraseWord[],
): { start: number; end: number }[] | null {
  const found: { start: number; end: number }[] = []
  for (const word of words) {
    const token = tokens.get(position + word.distance)
    if (!token || !matches(token, word)) return null
    // Of a pair found by its first letter only that letter is the match.
    const end = word.prefix && token.kind === 'pair' ? firstLetterEnd(token, tokens) : token.end
    found.push({ start: token.start, end })
  }
  return found
}

function matches(token: Token, word: PhraseWord): boolean {
  return word.prefix ? token.word.startsWith(word.word) : token.word === word.word
}

// In a run of pairs the next token begins with the second letter of this one.
function firstLetterEnd(token: Token, tokens: ReadonlyMap<number, Token>): number {
  return tokens.get(token.position + 1)?.start ?? token.end
}

/** Marks in text order; overlapping and touching ones (pairs of one run) as one. */
export function merge(marks: Mark[]): Mark[] {
  const merged: Mark[] = []
  for (const mark of marks.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1)
    if (last && mark.start <= last.end) last.end = Math.max(last.end, mark.end)
    else merged.push({ ...mark })
  }
  return merged
}
