import { schemaDescription } from '../schema/description.ts'
import { compareThings, compareValues, type Needs, type SchemaDifference, type Values } from '../schema/difference.ts'
import { type Attributes, type SolrFieldType, solrSchema } from '../schema/solr-schema.ts'
import type { LiveAnalyzer, LiveField, LiveFieldType, LiveSolrSchema } from './live-schema.ts'

const schema = solrSchema(schemaDescription)

/** In what the schema that a core has loaded is not that of this release. */
export function compareSchema(live: LiveSolrSchema): SchemaDifference[] {
  const unused = () => 'nothing' as const
  return [
    ...compareValues('schema', wholeOf(live), wholeOf(schema), needsOfWhole),
    ...compareThings('field', new Map(live.fields.map(liveField)), fields, {
      missing: 'rebuild',
      more: unused,
      value: needsOfProperty,
    }),
    ...compareThings('dynamic field', new Map(live.dynamicFields.map(liveField)), new Map(), {
      missing: 'nothing',
      more: unused,
      value: unused,
    }),
    ...compareThings('copy', copiesOf(live), copiesOf(schema), {
      missing: 'rebuild',
      // into a field of ours it brings what does not belong there
      more: (name) => (fields.has(name.slice(name.indexOf(arrow) + arrow.length)) ? 'rebuild' : 'nothing'),
      value: unused,
    }),
    ...compareThings('type', new Map(live.fieldTypes.map(liveType)), new Map(schema.fieldTypes.map(wantedType)), {
      missing: 'rebuild',
      more: unused,
      value: needsOfType,
    }),
  ]
}

type Whole = Pick<LiveSolrSchema, 'name' | 'uniqueKey' | 'similarity'> & { readonly version: string | number }

/** A similarity for all fields may be one that does not let each have its own. */
function wholeOf({ name, version, uniqueKey, similarity }: Whole): Values {
  return { name, version: String(version), 'unique key': uniqueKey, similarity: shortClass(similarity?.class) }
}

const perField = 'SchemaSimilarity'
const needsOfWhole = (name: string): Needs =>
  name === 'name' ? 'nothing' : name === 'similarity' ? 'reload' : 'rebuild'

/** What a field is unless it or its type says otherwise; of text also what a phrase and a score need. */
const defaults = { indexed: true, stored: true, docValues: false, multiValued: false, required: false }
const textDefaults = { ...defaults, omitNorms: false, omitTermFreqAndPositions: false, omitPositions: false }

const types = new Map(schema.fieldTypes.map((type) => [type.attributes.name as string, type]))

function wantedField({ name, ...attributes }: Attributes): [string, Values] {
  const type = types.get(attributes.type as string)
  const { name: _, class: __, positionIncrementGap: ___, ...ofType } = type?.attributes ?? {}
  const unless = type?.analyzers === undefined ? defaults : textDefaults
  return [name as string, texts({ ...unless, ...ofType, ...attributes })]
}

const fields: ReadonlyMap<string, Values> = new Map(schema.fields.map(wantedField))

/** Of what Solr tells of a field that which the schema says something of. */
function liveField(field: LiveField): [string, Values] {
  const said = Object.keys(fields.get(field.name) ?? { type: '', ...defaults })
  return [field.name, texts(Object.fromEntries(said.map((name) => [name, field[name] ?? false])))]
}

const loadedOnly = ['required', 'uninvertible', 'sortMissingLast']
const needsOfProperty = (name: string): Needs => (loadedOnly.includes(name) ? 'reload' : 'rebuild')

const arrow = ' to '
const copiesOf = ({ copyFields }: Pick<LiveSolrSchema, 'copyFields'>) =>
  new Map(copyFields.map(({ source, dest }) => [source + arrow + dest, {}]))

function wantedType({ attributes, analyzers, similarity }: SolrFieldType): [string, Values] {
  const { name, class: className, positionIncrementGap } = attributes
  const indexAnalyzer = analyzers?.index
  return liveType({
    name: name as string,
    class: className as string,
    ...(positionIncrementGap === undefined ? {} : { positionIncrementGap: String(positionIncrementGap) }),
    ...(analyzers === undefined ? {} : { indexAnalyzer, queryAnalyzer: analyzers.query }),
    ...(similarity === undefined ? {} : { similarity }),
  } as LiveFieldType)
}

function liveType(type: LiveFieldType): [string, Values] {
  const { analyzer, indexAnalyzer = analyzer, queryAnalyzer = analyzer, similarity, positionIncrementGap: gap } = type
  return [
    type.name,
    {
      class: shortClass(type.class),
      ...(gap === undefined ? {} : { positionIncrementGap: String(gap) }),
      ...(indexAnalyzer === undefined ? {} : { 'index analysis': chainText(indexAnalyzer) }),
      ...(queryAnalyzer === undefined ? {} : { 'query analysis': chainText(queryAnalyzer) }),
      ...(similarity === undefined ? {} : { similarity: stepText(numbersOf(similarity)) }),
    },
  ]
}

const needsOfType = (name: string): Needs => (/^(query analysis|similarity)$/.test(name) ? 'reload' : 'rebuild')

const chainText = ({ charFilters = [], tokenizer = {}, filters = [] }: LiveAnalyzer): string =>
  [...charFilters, tokenizer, ...filters].map(stepText).join(', ')

/** `length max=1000 min=1`, whether it was named or called by its class. */
function stepText({ name, class: className, ...attributes }: Attributes): string {
  const settings = Object.entries(texts(attributes)).map(([key, value]) => `${key}=${value}`)
  return [name ?? stepName(className), ...settings.sort()].join(' ')
}

const stepNames = new Map(
  schema.fieldTypes
    .flatMap(({ analyzers }) => (analyzers === undefined ? [] : [analyzers.index, analyzers.query]))
    .flatMap(({ tokenizer, filters }) => [tokenizer, ...filters].map(({ name }) => name as string))
    .map((name) => [name.toLowerCase(), name]),
)

/** A step by its class: `solr.ICUFoldingFilterFactory` is icuFolding. */
function stepName(className: unknown): string {
  const short = shortClass(className)
  return stepNames.get(short.replace(/(Tokenizer|Filter)$/, '').toLowerCase()) ?? short
}

/** 10 is told as 10.0. */
const numbersOf = ({ class: className, ...parameters }: Attributes): Attributes => ({
  class: className as string,
  ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, Number(value)])),
})

/** `solr.StrField` and `org.apache.solr.schema.StrField` are one, and every factory is one. */
const shortClass = (name: unknown): string =>
  typeof name === 'string' ? name.replace(/^.*\./, '').replace(/Factory$/, '') : perField

function texts(attributes: Attributes): Values {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]))
}
