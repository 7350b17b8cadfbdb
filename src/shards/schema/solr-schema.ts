import { isDeepStrictEqual } from 'node:util'
import { type Analysis, beginning, type FieldKind, isAnalyzed, type PlainKind, type Step } from './analysis.ts'
import { hidingFields, type SchemaDescription, schemaDigest } from './description.ts'
import type { IndexField } from './index-fields.ts'
import { element, type XmlElement, xmlFile } from './xml.ts'

/** The file of the configset that holds the common words, one a line. */
export const commonWordsFile = 'common-words.txt'

/** What a Solr index is made of, in the shape that its Schema API tells it in. */
export interface SolrSchema {
  readonly name: string
  readonly version: string
  readonly uniqueKey: string
  readonly fields: readonly Attributes[]
  readonly copyFields: readonly { readonly source: string; readonly dest: string }[]
  readonly fieldTypes: readonly SolrFieldType[]
}

export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface SolrFieldType {
  readonly attributes: Attributes
  /** None of a type whose values are matched as they are. */
  readonly analyzers?: { readonly index: SolrAnalyzer; readonly query: SolrAnalyzer }
  readonly similarity?: Attributes
}

export interface SolrAnalyzer {
  readonly tokenizer: Attributes
  readonly filters: readonly Attributes[]
}

/**
 * The schema of a Solr index. It needs Solr's module analysis-extras, for the ICU tokenizer and folding; nothing of Solr is
 * asked for that is deprecated in Solr 9.
 */
export function solrSchema(description: SchemaDescription): SolrSchema {
  const { fields } = description
  return {
    name: `slip-${schemaDigest(description)}`,
    version: '1.6',
    uniqueKey: 'id',
    fields: [
      ...fields.map(field),
      // Solr's own: what optimistic locking and the transaction log need.
      { name: '_version_', type: 'long', indexed: false, stored: false, docValues: true },
    ],
    copyFields: fields.flatMap(({ name, copiedFrom }) =>
      copiedFrom === undefined ? [] : { source: copiedFrom, dest: name },
    ),
    fieldTypes: [...new Set(fields.map(({ kind }) => kind))].map((kind) => fieldType(kind, description)),
  }
}

/** What hides tombstones and markers from a search, as a filter query. */
export const solrVisible = (description: SchemaDescription): string =>
  hidingFields(description)
    .map((name) => `-${name}:[* TO *]`)
    .join(' ')

const field = ({ name, kind, multi, stored }: IndexField): Attributes => ({
  name,
  type: kind,
  stored,
  multiValued: multi,
  ...(name === 'id' ? { required: true } : {}),
})

/** The types that have no analysis. Whatever is matched as it is has doc values: for facets, sorting and export. */
const plainTypes: Readonly<Record<PlainKind, Attributes>> = {
  string: { class: 'solr.StrField', indexed: true, docValues: true, sortMissingLast: true },
  sortKey: { class: 'solr.StrField', indexed: true, docValues: true, sortMissingLast: true },
  display: { class: 'solr.StrField', indexed: false, docValues: false },
  long: { class: 'solr.LongPointField', indexed: true, docValues: true },
  boolean: { class: 'solr.BoolField', indexed: true, docValues: true },
  date: { class: 'solr.DatePointField', indexed: true, docValues: true },
}

function fieldType(kind: FieldKind, { analyses }: SchemaDescription): SolrFieldType {
  if (!isAnalyzed(kind)) return { attributes: { name: kind, ...plainTypes[kind] } }
  const analysis: Analysis = analyses[kind]
  const { tokens, similarity } = analysis
  return {
    attributes: {
      name: kind,
      class: 'solr.TextField',
      indexed: true,
      uninvertible: false,
      ...(tokens === 'words' ? {} : { omitNorms: true }),
      positionIncrementGap: 100,
    },
    analyzers: { index: analyzer(analysis, 'index'), query: analyzer(analysis, 'query') },
    ...(similarity === undefined ? {} : { similarity: { class: 'solr.BM25SimilarityFactory', ...similarity } }),
  }
}

type Side = 'index' | 'query'

const analyzer = ({ tokens, steps }: Analysis, side: Side): SolrAnalyzer => ({
  tokenizer: { name: tokens === 'words' ? 'icu' : 'keyword' },
  filters: steps.map((step) => filter(step, side)),
})

function filter(step: Step, side: Side): Attributes {
  switch (step.step) {
    case 'fold':
      return { name: 'icuFolding' }
    case 'commonGrams':
      return { name: side === 'index' ? 'commonGrams' : 'commonGramsQuery', words: commonWordsFile }
    case 'cjkBigrams':
      return { name: 'cjkBigram', hangul: false, outputUnigrams: side === 'index' }
    case 'stem':
      return { name: 'snowballPorter', language: 'English' }
    case 'replace':
      return { name: 'patternReplace', pattern: step.pattern, replacement: step.by, replace: 'all' }
    case 'beginning':
      return { name: 'patternReplace', pattern: beginning(step.characters), replacement: '$1' }
    case 'length':
      return { name: 'length', min: 1, max: step.longest }
  }
}

/** The schema.xml of a configset. */
export function solrSchemaFile({ name, version, uniqueKey, fields, copyFields, fieldTypes }: SolrSchema): string {
  const elements = [
    element('uniqueKey', {}, uniqueKey),
    ...fields.map((attributes) => element('field', attributes)),
    ...copyFields.map((copy) => element('copyField', copy)),
    ...fieldTypes.map(fieldTypeElement),
  ]
  return xmlFile(element('schema', { name, version }, elements))
}

function fieldTypeElement({ attributes, analyzers, similarity }: SolrFieldType): XmlElement {
  if (analyzers === undefined) return element('fieldType', attributes)
  return element('fieldType', attributes, [
    ...analyzerElements(analyzers),
    ...(similarity === undefined ? [] : [similarityElement(similarity)]),
  ])
}

/** Two analyzers only where index and query differ. */
function analyzerElements({ index, query }: NonNullable<SolrFieldType['analyzers']>): XmlElement[] {
  const of = ({ tokenizer, filters }: SolrAnalyzer, attributes: { type?: Side }) =>
    element('analyzer', attributes, [
      element('tokenizer', tokenizer),
      ...filters.map((attributes) => element('filter', attributes)),
    ])
  if (isDeepStrictEqual(index, query)) return [of(index, {})]
  return [of(index, { type: 'index' }), of(query, { type: 'query' })]
}

function similarityElement({ class: name, ...parameters }: Attributes): XmlElement {
  const floats = Object.entries(parameters).map(([key, value]) => element('float', { name: key }, String(value)))
  return element('similarity', { class: name }, floats)
}
