import { distance } from 'fastest-levenshtein'

/** `; did you mean X?` for the nearest of the words known, or nothing when none is near. */
export function suggestion(word: string, known: readonly string[]): string {
  const nearest = known.toSorted((a, b) => distance(word, a) - distance(word, b))[0]
  return nearest !== undefined && distance(word, nearest) <= Math.max(2, word.length / 4)
    ? `; did you mean ${nearest}?`
    : ''
}
