import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { zipOf } from '../../repository/zip-writer.ts'
import { done, type SolrAt, systemOf } from './admin.ts'

/** By their paths below conf/: "schema.xml", "solrconfig.xml", "lang/stopwords.txt". */
export type ConfigsetFiles = Readonly<Record<string, string>>

/**
 * Gives a Solr a configset, for cores or collections to be created from: a cloud takes it by its API, and into the home
 * of one that stands alone it is written.
 * @throws Error when that home is no folder of this machine
 */
export async function layConfigset(solr: SolrAt, name: string, files: ConfigsetFiles): Promise<void> {
  const { isCloud, configsets } = await systemOf(solr)
  if (isCloud) {
    const zip = zipOf(Object.entries(files).map(([path, data]) => ({ path, data })))
    await done(solr, `POST /admin/configs?action=UPLOAD&overwrite=true&cleanup=true&name=${name}`, zip)
    return
  }
  if (!existsSync(configsets)) {
    throw new Error(`the configsets of ${new URL(solr.url).host} lie in ${configsets}, which is not on this machine`)
  }
  for (const [path, text] of Object.entries(files)) {
    const file = join(configsets, name, 'conf', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
