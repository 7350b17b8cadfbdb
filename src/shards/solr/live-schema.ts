import { z } from 'zod'
import type { Attributes } from '../schema/solr-schema.ts'
import { contentOf } from './answers.ts'
import { type LiveSolrConfig, liveConfigShape } from './compare-config.ts'
import type { CorePlace } from './core.ts'
import { answerOf, askCore } from './request.ts'

const attributes: z.ZodType<Attributes> = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/** A field, with the defaults of its type; or a dynamic one. */
const fieldShape = z.intersection(attributes, z.object({ name: z.string() }))
export type LiveField = z.infer<typeof fieldShape>

/** An analyzer as the Schema API tells it. */
const analyzerShape = z.object({
  charFilters: z.array(attributes).optional(),
  tokenizer: attributes.optional(),
  filters: z.array(attributes).optional(),
})
export type LiveAnalyzer = z.infer<typeof analyzerShape>

const fieldTypeShape = z.object({
  name: z.string(),
  class: z.string(),
  positionIncrementGap: z.union([z.string(), z.number()]).optional(),
  /** Where index and query do not differ. */
  analyzer: analyzerShape.optional(),
  indexAnalyzer: analyzerShape.optional(),
  queryAnalyzer: analyzerShape.optional(),
  similarity: attributes.optional(),
})
export type LiveFieldType = z.infer<typeof fieldTypeShape>

const schemaShape = z.object({
  name: z.string(),
  version: z.number(),
  uniqueKey: z.string(),
  similarity: attributes.optional(),
  fields: z.array(fieldShape),
  dynamicFields: z.array(fieldShape),
  copyFields: z.array(z.object({ source: z.string(), dest: z.string() })).readonly(),
  fieldTypes: z.array(fieldTypeShape),
})
/** What a core works by, as it has loaded it: its files may have been changed since. */
export type LiveSolrSchema = z.infer<typeof schemaShape>

export async function readSchema(core: CorePlace): Promise<LiveSolrSchema> {
  const { schema } = await get(core, '/schema?wt=json', z.object({ schema: schemaShape }))
  const { fields } = await get(core, '/schema/fields?showDefaults=true&wt=json', schemaShape.pick({ fields: true }))
  return { ...schema, fields }
}

/** What a core has loaded of its solrconfig.xml. */
export async function readConfig(core: CorePlace): Promise<LiveSolrConfig> {
  return (await get(core, '/config?wt=json', z.object({ config: liveConfigShape }))).config
}

const get = <T>(core: CorePlace, path: string, shape: z.ZodType<T>): Promise<T> =>
  askCore(core, { method: 'GET', path }, shape)

/** A file of the configset of a core; null when it has none of that name. */
export async function readConfigFile(core: CorePlace, file: string): Promise<string | null> {
  const path = `/admin/file?${new URLSearchParams({ file, contentType: 'text/plain;charset=utf-8' })}`
  const answer = await answerOf(core, { method: 'GET', path })
  if (answer.status === 200) return answer.body.toString('utf8')
  if (answer.status === 404) return null
  return contentOf(answer, z.never())
}
