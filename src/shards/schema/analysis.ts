/**
 * How the values of a field become what is searched, said once for all engines. Each step is one that Lucene has, so
 * that Solr and OpenSearch do the same; what a person types goes through the same steps as what was indexed.
 */

/** What an engine does with the values of a field. */
export type FieldKind =
  | 'string'
  | 'sortKey'
  | 'display'
  | 'text'
  | 'stemmed'
  | 'ocr'
  | 'exact'
  | 'standardNumber'
  | 'lccn'
  | 'oclc'
  | 'callNumber'
  | 'long'
  | 'boolean'
  | 'date'

export type Step =
  /** Case, accents, compatibility forms, native digits: ICU folding. */
  | { readonly step: 'fold' }
  /** A common word joined with each neighbour: beside the words in the index, in their place in a quoted phrase. */
  | { readonly step: 'commonGrams' }
  /**
   * Overlapping pairs of Chinese and Japanese letters; single letters too in the index, never in a query. Korean is
   * written with blanks, and a phrase of several words would not be found: n letters have n places in the index and one
   * less in a query.
   */
  | { readonly step: 'cjkBigrams' }
  /** English stems. */
  | { readonly step: 'stem' }
  /** A regular expression of Java, everywhere it matches. */
  | { readonly step: 'replace'; readonly pattern: string; readonly by: string }
  /** Of a whole value the beginning, in Unicode characters. */
  | { readonly step: 'beginning'; readonly characters: number }
  /** No term that is empty or has more UTF-16 units: Lucene refuses a document for one of more than 32,766 bytes. */
  | { readonly step: 'length'; readonly longest: number }

export interface Analysis {
  /** `words`: the ICU tokenizer; `whole`: a value is one term. */
  readonly tokens: 'words' | 'whole'
  readonly steps: readonly Step[]
  /** BM25 with other parameters than those of the engine. */
  readonly similarity?: { readonly k1: number; readonly b: number }
}

const replace = (pattern: string, by = ''): Step => ({ step: 'replace', pattern, by })

// OCR noise has words of thousands of letters, and folding makes one letter (U+FDFA) eighteen.
const noLongWord: Step = { step: 'length', longest: 1_000 }

const whole = (...steps: Step[]): Analysis => ({
  tokens: 'whole',
  steps: [
    { step: 'fold' },
    ...steps,
    // at most 32,000 bytes, 16,000 UTF-16 units; a longer title still finds itself
    { step: 'beginning', characters: 8_000 },
    { step: 'length', longest: 16_000 },
  ],
})

/** The analysis of each kind that has one. */
export const analyses = {
  text: { tokens: 'words', steps: [{ step: 'fold' }, noLongWord, { step: 'cjkBigrams' }] },
  stemmed: { tokens: 'words', steps: [{ step: 'fold' }, noLongWord, { step: 'cjkBigrams' }, { step: 'stem' }] },
  // Letters are paired first: pairs made after the common words are joined have offsets that go backwards, and Lucene
  // refuses the document.
  ocr: {
    tokens: 'words',
    steps: [{ step: 'fold' }, noLongWord, { step: 'cjkBigrams' }, { step: 'commonGrams' }],
    // In a volume of 100,000 words the tenth occurrence of a word still says something; with the usual k1 of 1.2 it
    // says next to nothing.
    similarity: { k1: 10, b: 0.75 },
  },
  exact: whole(replace('[^\\p{L}\\p{N}\\p{M}]+')),
  // An ISBN is kept as the nine digits that its forms of 9, 10 and 13 digits share, without prefix and check digit; an
  // ISSN, and an ISBN of 979, as it is. What follows the number, such as (pbk.), is no part of it.
  standardNumber: whole(
    replace('^\\W*(?:isbn|issn|sbn)(?:[- ]?1[03](?![0-9]))?'),
    replace('^[^0-9]+'),
    replace('[^0-9x. -].*$'),
    replace('[. -]+'),
    replace('^([0-9]{8}[0-9x])$', '0$1'),
    replace('^978([0-9]{9})[0-9]$|^([0-9]{9})[0-9x]$', '$1$2'),
  ),
  // The rule of the Library of Congress: no blanks, nothing from a slash on, six digits after the hyphen, no hyphen.
  lccn: whole(
    replace('^[^(\\p{L}\\p{N}]*\\([^)]*\\)'),
    replace('[^\\p{L}\\p{N}/-]+'),
    replace('^lccn'),
    replace('/.*$'),
    replace('-([0-9]{1,6})$', '-000000$1'),
    replace('-[0-9]*([0-9]{6})$', '$1'),
  ),
  // The first run of digits, whatever stands around it ((OCoLC)ocm00012345), without leading zeros.
  oclc: whole(replace('^[^0-9]*0*([0-9]*).*$', '$1')),
  // Blanks and points count only between two digits: QA 76.73 .J38 is QA76.73.J38, and not QA767.3 J38.
  callNumber: whole(
    replace('[^\\p{L}\\p{N}\\p{M}.]+', ' '),
    replace('(?<![0-9])[.]|[.](?![0-9])', ' '),
    replace('(?<![0-9])\\s+|\\s+(?![0-9])'),
  ),
} as const satisfies Partial<Record<FieldKind, Analysis>>

export type AnalyzedKind = keyof typeof analyses
/** A kind whose values are matched as they are, or not at all. */
export type PlainKind = Exclude<FieldKind, AnalyzedKind>

/** Whether the values of a kind are analysed. */
export const isAnalyzed = (kind: FieldKind): kind is AnalyzedKind => kind in analyses

/** What `beginning` keeps of a term, as the group of a regular expression: both engines do it by one. */
export const beginning = (characters: number): string => `(?s)^(.{${characters}}).+$`
