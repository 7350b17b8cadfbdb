import { type Analysis, beginning, type FieldKind, isAnalyzed, type PlainKind, type Step } from './analysis.ts'
import { hidingFields, type SchemaDescription, schemaDigest } from './description.ts'
import type { IndexField } from './index-fields.ts'
import { element } from './xml.ts'

/** The file of the configset that holds the common words, one a line. */
export const commonWordsFile = 'common-words.txt'

/**
 * The schema.xml of a Solr configset. It needs Solr's module analysis-extras, for the ICU tokenizer and folding; nothing
 * of Solr is asked for that is deprecated in Solr 9.
 */
export function solrSchema(description: SchemaDescription): string {
  const { fields } = description
  const kinds = [...new Set(fields.map(({ kind }) => kind))]
  const schema = element('schema', { name: `slip-${schemaDigest(description)}`, version: '1.6' }, [
    element('uniqueKey', {}, 'id'),
    ...fields.map(field),
    // Solr's own: what optimistic locking and the transaction log need.
    element('field', { name: '_version_', type: 'long', indexed: false, stored: false, docValues: true }),
    ...fields.flatMap(({ name, copiedFrom }) =>
      copiedFrom === undefined ? [] : element('copyField', { source: copiedFrom, dest: name }),
    ),
    ...kinds.map((kind) => fieldType(kind, description)),
  ])
  return `<?xml version="1.0" encoding="UTF-8"?>\n${schema}\n`
}

/** What hides tombstones and markers from a search, as a filter query. */
export const solrVisible = (description: SchemaDescription): string =>
  hidingFields(description)
    .map((name) => `-${name}:[* TO *]`)
    .join(' ')

function field({ name, kind, multi, stored }: IndexField): string {
  return element('field', {
    name,
    type: kind,
    stored,
    multiValued: multi,
    required: name === 'id' ? true : undefined,
  })
}

/** The types that have no analysis. Whatever is matched as it is has doc values: for facets, sorting and export. */
const plainTypes: Readonly<Record<PlainKind, Readonly<Record<string, string | boolean>>>> = {
  string: { class: 'solr.StrField', indexed: true, docValues: true, sortMissingLast: true },
  sortKey: { class: 'solr.StrField', indexed: true, docValues: true, sortMissingLast: true },
  display: { class: 'solr.StrField', indexed: false, docValues: false },
  long: { class: 'solr.LongPointField', indexed: true, docValues: true },
  boolean: { class: 'solr.BoolField', indexed: true, docValues: true },
  date: { class: 'solr.DatePointField', indexed: true, docValues: true },
}

function fieldType(kind: FieldKind, { analyses }: SchemaDescription): string {
  if (!isAnalyzed(kind)) return element('fieldType', { name: kind, ...plainTypes[kind] })
  const analysis = analyses[kind]
  const words = analysis.tokens === 'words'
  const type = {
    name: kind,
    class: 'solr.TextField',
    indexed: true,
    uninvertible: false,
    omitNorms: words ? undefined : true,
    positionIncrementGap: 100,
  }
  return element('fieldType', type, [...analyzers(analysis), ...similarityOf(analysis)])
}

/** Two analyzers only where index and query differ. */
function analyzers(analysis: Analysis): string[] {
  const of = (side: Side, attributes: { type?: Side }) =>
    element('analyzer', attributes, [
      element('tokenizer', { name: analysis.tokens === 'words' ? 'icu' : 'keyword' }),
      ...analysis.steps.map((step) => filter(step, side)),
    ])
  const [index, query] = [of('index', {}), of('query', {})]
  return index === query ? [index] : [of('index', { type: 'index' }), of('query', { type: 'query' })]
}

type Side = 'index' | 'query'

function filter(step: Step, side: Side): string {
  switch (step.step) {
    case 'fold':
      return element('filter', { name: 'icuFolding' })
    case 'commonGrams':
      return element('filter', {
        name: side === 'index' ? 'commonGrams' : 'commonGramsQuery',
        words: commonWordsFile,
      })
    case 'cjkBigrams':
      return element('filter', { name: 'cjkBigram', hangul: false, outputUnigrams: side === 'index' })
    case 'stem':
      return element('filter', { name: 'snowballPorter', language: 'English' })
    case 'replace':
      return element('filter', { name: 'patternReplace', pattern: step.pattern, replacement: step.by, replace: 'all' })
    case 'beginning':
      return element('filter', { name: 'patternReplace', pattern: beginning(step.characters), replacement: '$1' })
    case 'length':
      return element('filter', { name: 'length', min: 1, max: step.longest })
  }
}

function similarityOf({ similarity }: Analysis): string[] {
  if (similarity === undefined) return []
  const { k1, b } = similarity
  return [
    element('similarity', { class: 'solr.BM25SimilarityFactory' }, [
      element('float', { name: 'k1' }, String(k1)),
      element('float', { name: 'b' }, String(b)),
    ]),
  ]
}
