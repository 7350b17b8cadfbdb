import { z } from 'zod'
import { schemaDescription } from '../schema/description.ts'
import {
  compareThings,
  compareValues,
  compareWords,
  type Needs,
  type SchemaDifference,
  type Values,
} from '../schema/difference.ts'
import { openSearchMapping } from '../schema/open-search-mapping.ts'

const treeShape = z.record(z.string(), z.unknown())
type Tree = z.infer<typeof treeShape>
const partsShape = z.record(z.string(), treeShape).optional()
const analysisShape = z.record(z.string(), z.looseObject({ common_words: z.array(z.string()).optional() })).optional()

const mappingsShape = z.looseObject({ properties: partsShape, _source: treeShape.optional() })
const settingsShape = z.object({
  number_of_shards: z.unknown().optional(),
  refresh_interval: z.unknown().optional(),
  translog: z.object({ durability: z.string().optional() }).optional(),
  default_pipeline: z.string().optional(),
  final_pipeline: z.string().optional(),
  similarity: partsShape,
  analysis: z.object({ analyzer: analysisShape, filter: analysisShape }).optional(),
})

/** An index as GET /INDEX tells it. */
export const liveIndexShape = z.object({
  aliases: z.record(z.string(), z.object({ filter: treeShape.optional() })),
  mappings: mappingsShape,
  settings: z.object({ index: settingsShape }),
})
export type LiveIndex = z.infer<typeof liveIndexShape>
type Mappings = z.infer<typeof mappingsShape>
type IndexSettings = z.infer<typeof settingsShape>

const expected = openSearchMapping(schemaDescription) as unknown as {
  readonly mappings: Mappings
  readonly settings: { readonly index: IndexSettings }
}

/** In what an index is not what the schema of this release says. */
export function compareIndex({ mappings, settings }: LiveIndex): SchemaDifference[] {
  return [
    ...compareValues('mapping', mappingOf(mappings), mappingOf(expected.mappings), needsOfMapping),
    ...compareThings('field', thingsOf(mappings.properties), thingsOf(expected.mappings.properties), {
      missing: 'rebuild',
      more: () => 'nothing',
      value: (name) => (/^(search_analyzer|search_quote_analyzer|format)$/.test(name) ? 'reload' : 'rebuild'),
    }),
    ...compareSettings(settings.index, expected.settings.index),
  ]
}

const mappingOf = ({ properties: _, ...mapping }: Mappings): Values => valuesOf(mapping)
const needsOfMapping = (name: string): Needs => (name === '_source' ? 'rebuild' : 'reload')

function compareSettings(is: IndexSettings, shouldBe: IndexSettings): SchemaDifference[] {
  const indexed = new Set(filtersOfIndex(shouldBe))
  const needsOfFilter = (name: string): Needs => (indexed.has(name) ? 'rebuild' : 'reload')
  return [
    ...compareValues('index', settingsOf(is), settingsOf(shouldBe), needsOfSetting),
    ...compareThings('similarity', thingsOf(is.similarity), thingsOf(shouldBe.similarity), {
      missing: 'rebuild',
      more: () => 'nothing',
      value: () => 'reload',
    }),
    ...compareEach('analyzer', is.analysis?.analyzer, shouldBe.analysis?.analyzer, needsOfAnalyzer),
    ...compareEach('filter', is.analysis?.filter, shouldBe.analysis?.filter, needsOfFilter),
  ]
}

const settingsOf = ({ number_of_shards, refresh_interval, translog, ...pipelines }: IndexSettings): Values => ({
  number_of_shards: textOf(number_of_shards),
  refresh_interval: textOf(refresh_interval ?? '1s'),
  'translog.durability': translog?.durability ?? 'request',
  default_pipeline: pipelines.default_pipeline ?? '_none',
  final_pipeline: pipelines.final_pipeline ?? '_none',
})

/** Who makes commits is a choice of the configuration. */
function needsOfSetting(name: string): Needs {
  if (name === 'refresh_interval') return 'nothing'
  return name === 'number_of_shards' ? 'rebuild' : 'reload'
}

/** What of an analysis makes the terms of the index; the rest makes those of queries. */
const needsOfAnalyzer = (name: string): Needs => (name.endsWith('_index') ? 'rebuild' : 'reload')
const filtersOfIndex = ({ analysis }: IndexSettings): string[] =>
  Object.entries(analysis?.analyzer ?? {})
    .filter(([name]) => needsOfAnalyzer(name) === 'rebuild')
    .flatMap(([, { filter }]) => filter as string[])

type Parts = Readonly<Record<string, Tree>> | undefined

/** Of an analysis each part has its own consequence. */
function compareEach(kind: string, is: Parts = {}, shouldBe: Parts = {}, needs: (name: string) => Needs) {
  return [...new Set([...Object.keys(shouldBe), ...Object.keys(is)])].flatMap((name) => {
    const { common_words: found = [], ...live } = is[name] ?? {}
    const { common_words: wanted = [], ...said } = shouldBe[name] ?? {}
    const [one, other] = [{ [name]: live }, { [name]: said }]
    return [
      ...compareThings(kind, thingsOf(name in is ? one : {}), thingsOf(name in shouldBe ? other : {}), {
        missing: needs(name),
        more: () => 'nothing',
        value: () => needs(name),
      }),
      ...(name in is && name in shouldBe
        ? compareWords(`${kind} ${name}, common words`, found as string[], wanted as string[], needs(name))
        : []),
    ]
  })
}

const thingsOf = (things: Parts = {}): Map<string, Values> =>
  new Map(Object.entries(things).map(([name, thing]) => [name, valuesOf(thing)]))

const valuesOf = (thing: Tree): Values =>
  Object.fromEntries(Object.entries(thing).map(([name, value]) => [name, textOf(value)]))

/** As the server tells them: settings are text, whatever they were given as. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, inner]) => `${name}: ${textOf(inner)}`)
    .join('; ')
}
