import type { Attributes } from '../schema/solr-schema.ts'
import { contentOf } from './answers.ts'
import type { LiveSolrConfig } from './compare-config.ts'
import type { CorePlace } from './core.ts'
import { answerOf, askCore } from './request.ts'

/** A field, with the defaults of its type; or a dynamic one. */
export type LiveField = Attributes & { readonly name: string }

/** An analyzer as the Schema API tells it. */
export interface LiveAnalyzer {
  readonly charFilters?: readonly Attributes[]
  readonly tokenizer?: Attributes
  readonly filters?: readonly Attributes[]
}

export interface LiveFieldType {
  readonly name: string
  readonly class: string
  readonly positionIncrementGap?: string | number
  /** Where index and query do not differ. */
  readonly analyzer?: LiveAnalyzer
  readonly indexAnalyzer?: LiveAnalyzer
  readonly queryAnalyzer?: LiveAnalyzer
  readonly similarity?: Attributes
}

/** What a core works by, as it has loaded it: its files may have been changed since. */
export interface LiveSolrSchema {
  readonly name: string
  readonly version: number
  readonly uniqueKey: string
  readonly similarity?: Attributes
  readonly fields: readonly LiveField[]
  readonly dynamicFields: readonly LiveField[]
  readonly copyFields: readonly { readonly source: string; readonly dest: string }[]
  readonly fieldTypes: readonly LiveFieldType[]
}

export async function readSchema(core: CorePlace): Promise<LiveSolrSchema> {
  const { schema } = await get<{ schema: LiveSolrSchema }>(core, '/schema?wt=json')
  const { fields } = await get<Pick<LiveSolrSchema, 'fields'>>(core, '/schema/fields?showDefaults=true&wt=json')
  return { ...schema, fields }
}

/** What a core has loaded of its solrconfig.xml. */
export async function readConfig(core: CorePlace): Promise<LiveSolrConfig> {
  return (await get<{ config: LiveSolrConfig }>(core, '/config?wt=json')).config
}

const get = <T>(core: CorePlace, path: string): Promise<T> => askCore<T>(core, { method: 'GET', path })

/** A file of the configset of a core; null when it has none of that name. */
export async function readConfigFile(core: CorePlace, file: string): Promise<string | null> {
  const path = `/admin/file?${new URLSearchParams({ file, contentType: 'text/plain;charset=utf-8' })}`
  const answer = await answerOf(core, { method: 'GET', path })
  if (answer.status === 200) return answer.body.toString('utf8')
  if (answer.status === 404) return null
  return contentOf(answer)
}
