import { type Mark, merge } from './marks.ts'

/** A word of a text as the analysis of an engine reads it. */
export interface AnalysedWord {
  readonly word: string
  /** Neighbours differ by 1; several words may stand at one. */
  readonly position: number
  /** UTF-16 offsets in the text. */
  readonly start: number
  readonly end: number
}

/** Has an engine read texts, each alone, as it reads what is indexed or what is asked for. */
export type Analyse = (
  texts: readonly string[],
  side: 'index' | 'query',
) => Promise<readonly (readonly AnalysedWord[])[]>

/**
 * Where a text has the phrases, by the analysis of the engine: the words of a phrase at the distances they have there. In
 * text order, overlapping and touching ones as one.
 */
export function analysedMarks(text: readonly AnalysedWord[], phrases: readonly (readonly AnalysedWord[])[]): Mark[] {
  const byPosition = Map.groupBy(text, ({ position }) => position)
  const marks: Mark[] = []
  for (const [phrase, words] of phrases.entries()) {
    const asked = [...Map.groupBy(words, ({ position }) => position)]
    const first = asked[0]?.[0] ?? 0
    for (const position of asked.length === 0 ? [] : byPosition.keys()) {
      const found = asked.map(([at, any]) =>
        byPosition.get(position + at - first)?.find(({ word }) => any.some((each) => each.word === word)),
      )
      for (const each of found.includes(undefined) ? [] : found) {
        const { start, end } = each as AnalysedWord
        marks.push({ start, end, phrase })
      }
    }
  }
  return merge(marks)
}
