import { type Analysis, type AnalyzedKind, beginning, isAnalyzed, type PlainKind, type Step } from './analysis.ts'
import { hidingFields, type SchemaDescription } from './description.ts'
import type { IndexField } from './index-fields.ts'

/** The body of the request that makes an index (PUT /INDEX). */
export interface OpenSearchIndex {
  readonly settings: Json
  readonly mappings: Json
}

type Json = Readonly<Record<string, unknown>>

/** The settings and mappings of an index of OpenSearch, one for each shard of a target. It needs the plugin analysis-icu. */
export function openSearchMapping(description: SchemaDescription): OpenSearchIndex {
  const { fields, analyses } = description
  const kinds = [...new Set(fields.map(({ kind }) => kind))].filter(isAnalyzed)
  const analyzers = kinds.flatMap((kind) => analyzersOf(kind, description))
  return {
    settings: {
      index: {
        number_of_shards: 1,
        // commits are SLIP's
        refresh_interval: '-1',
        // these are the server's own defaults, told because a template of the cluster may say otherwise: what is acknowledged is
        // on disk, and documents are indexed as they were sent
        translog: { durability: 'request' },
        default_pipeline: '_none',
        final_pipeline: '_none',
        similarity: Object.fromEntries(kinds.flatMap((kind) => similarityOf(kind, analyses[kind]))),
        analysis: {
          analyzer: Object.fromEntries(
            analyzers.map(({ name, tokenizer, filters }) => [
              name,
              { type: 'custom', tokenizer, filter: filters.map((filter) => filter.name) },
            ]),
          ),
          filter: Object.fromEntries(
            analyzers.flatMap(({ filters }) => filters.map(({ name, definition }) => [name, definition])),
          ),
        },
      },
    },
    mappings: {
      dynamic: 'strict',
      _source: { excludes: fields.filter(({ stored }) => !stored).map(({ name }) => name) },
      properties: Object.fromEntries(fields.map((field) => [field.name, property(field, description)])),
    },
  }
}

/** What hides tombstones and markers from a search: the filter of the alias that searchers ask. */
export const openSearchVisible = (description: SchemaDescription): Json => ({
  bool: { must_not: hidingFields(description).map((field) => ({ exists: { field } })) },
})

const plainTypes: Readonly<Record<PlainKind, Json>> = {
  string: { type: 'keyword' },
  sortKey: { type: 'keyword' },
  display: { type: 'keyword', index: false, doc_values: false },
  long: { type: 'long' },
  boolean: { type: 'boolean' },
  date: { type: 'date', format: 'strict_date_time' },
}

function property({ name, kind }: IndexField, description: SchemaDescription): Json {
  const copies = description.fields.filter(({ copiedFrom }) => copiedFrom === name).map((copy) => copy.name)
  const copyTo = copies.length > 0 ? { copy_to: copies } : {}
  if (!isAnalyzed(kind)) return { ...plainTypes[kind], ...copyTo }
  const analysis = description.analyses[kind]
  const [index, words, phrase] = analyzersOf(kind, description).map((analyzer) => analyzer.name)
  return {
    type: 'text',
    analyzer: index,
    ...(words === undefined ? {} : { search_analyzer: words }),
    ...(phrase === undefined ? {} : { search_quote_analyzer: phrase }),
    ...(analysis.tokens === 'words' ? {} : { norms: false }),
    ...(analysis.similarity === undefined ? {} : { similarity: kind }),
    ...copyTo,
  }
}

/** `words`: of a query, outside quotation marks, where common words are not joined. */
type Side = 'index' | 'words' | 'phrase'

interface Analyzer {
  readonly name: string
  readonly tokenizer: string
  readonly filters: readonly { readonly name: string; readonly definition: Json }[]
}

/** By which analyzers an index of OpenSearch makes its terms, and those of a phrase that is asked for. */
export function openSearchAnalyzers(kind: AnalyzedKind, description: SchemaDescription) {
  const names = analyzersOf(kind, description).map(({ name }) => name) as [string, ...string[]]
  return { index: names[0], phrase: names.at(-1) as string }
}

/** For the index, for words and for phrases; fewer where they do not differ. */
function analyzersOf(kind: AnalyzedKind, { analyses, commonWords }: SchemaDescription): Analyzer[] {
  const { tokens, steps } = analyses[kind]
  const holds = (name: string) => steps.some(({ step }) => step === name)
  const sides: Side[] = ['index']
  if (holds('cjkBigrams') || holds('commonGrams')) sides.push('words')
  if (holds('commonGrams')) sides.push('phrase')
  return sides.map((side) => ({
    name: `${kind}_${side}`,
    tokenizer: tokens === 'words' ? 'icu_tokenizer' : 'keyword',
    filters: steps.flatMap((step, place) => {
      if (step.step === 'commonGrams' && side === 'words') return []
      const [name, definition] = filterOf(step, side, commonWords)
      return { name: step.step === 'replace' ? `${kind}_${place}` : name, definition }
    }),
  }))
}

function filterOf(step: Step, side: Side, commonWords: readonly string[]): [name: string, definition: Json] {
  const inIndex = side === 'index'
  switch (step.step) {
    case 'fold':
      return ['fold', { type: 'icu_folding' }]
    case 'commonGrams':
      return [`common_grams_${side}`, { type: 'common_grams', common_words: commonWords, query_mode: !inIndex }]
    case 'cjkBigrams':
      return [
        `cjk_bigrams_${inIndex ? 'index' : 'query'}`,
        { type: 'cjk_bigram', ignored_scripts: ['hangul'], output_unigrams: inIndex },
      ]
    case 'stem':
      return ['stem', { type: 'snowball', language: 'English' }]
    case 'replace':
      return ['replace', { type: 'pattern_replace', pattern: step.pattern, replacement: step.by }]
    case 'beginning':
      return [
        `beginning_${step.characters}`,
        { type: 'pattern_replace', pattern: beginning(step.characters), replacement: '$1' },
      ]
    case 'length':
      return [`length_${step.longest}`, { type: 'length', min: 1, max: step.longest }]
  }
}

function similarityOf(kind: AnalyzedKind, { similarity }: Analysis): [string, Json][] {
  return similarity === undefined ? [] : [[kind, { type: 'BM25', ...similarity }]]
}
