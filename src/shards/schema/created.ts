import { schemaDescription } from './description.ts'
import { openSearchMapping, openSearchVisible } from './open-search-mapping.ts'
import { solrConfig } from './solr-config.ts'
import { commonWordsFile, solrSchema, solrSchemaFile } from './solr-schema.ts'

export const creatableKinds = ['solr', 'opensearch'] as const
export type CreatableKind = (typeof creatableKinds)[number]

/**
 * What an index of a target is made of, as file name and text. Solr: the configset of its cores. OpenSearch: the body of
 * the request that makes the index of a shard; searchers ask its alias, which shows no tombstones and markers.
 */
export function whatIsCreated(kind: CreatableKind, target: string): Readonly<Record<string, string>> {
  if (kind === 'solr')
    return {
      'schema.xml': solrSchemaFile(solrSchema(schemaDescription)),
      'solrconfig.xml': solrConfig(schemaDescription, target),
      [commonWordsFile]: `${schemaDescription.commonWords.join('\n')}\n`,
    }
  const index = {
    aliases: { [`slip_${target}`]: { filter: openSearchVisible(schemaDescription) } },
    ...openSearchMapping(schemaDescription),
  }
  return { 'index.json': `${JSON.stringify(index, null, 2)}\n` }
}
