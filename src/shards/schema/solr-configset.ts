import { schemaDescription } from './description.ts'
import { solrConfig } from './solr-config.ts'
import { commonWordsFile, solrSchema, solrSchemaFile } from './solr-schema.ts'

/** What the configset of the cores of a target is made of, as file name and text. */
export const solrConfigset = (target: string): Readonly<Record<string, string>> => ({
  'schema.xml': solrSchemaFile(solrSchema(schemaDescription)),
  'solrconfig.xml': solrConfig(schemaDescription, target),
  [commonWordsFile]: `${schemaDescription.commonWords.join('\n')}\n`,
})
