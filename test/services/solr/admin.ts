import { join } from 'node:path'
import { ask } from '../ask.ts'

/** A Solr as it is reached; its URL ends with /solr. */
export interface SolrAt {
  readonly url: string
  /** PEM of the authority that its certificate needs. */
  readonly ca?: string | null
}

/** Asks as `ask` does; throws what the server says unless it says 200. */
// biome-ignore lint/suspicious/noExplicitAny: as ask
export async function done({ url, ca }: SolrAt, question: string, body?: object | Buffer): Promise<any> {
  const { status, json } = await ask(url, question, body, ca)
  if (status !== 200) throw new Error(`${question} at ${new URL(url).host}: ${status} ${json?.error?.msg ?? ''}`)
  return json
}

export interface SolrSystem {
  /** "9.10.1". */
  readonly version: string
  readonly isCloud: boolean
  /** Folder of one that stands alone, on its machine. */
  readonly configsets: string
}

/** What a Solr tells of itself. */
export async function systemOf(solr: SolrAt): Promise<SolrSystem> {
  const told = await done(solr, 'GET /admin/info/system')
  return {
    version: told.lucene['solr-spec-version'],
    isCloud: told.mode === 'solrcloud',
    configsets: join(told.solr_home, 'configsets'),
  }
}

/**
 * What a server that is fit for the tests tells of itself.
 * @throws Error when it is older than 9, or a cloud where none is wanted, or none where one is
 */
export async function identify(url: string, isCloud: boolean): Promise<string> {
  const { version, isCloud: found } = await systemOf({ url })
  const kind = (cloud: boolean) => (cloud ? 'SolrCloud' : 'Solr')
  const told = `${kind(found)} ${version}`
  if (found !== isCloud || !version.startsWith('9.')) throw new Error(`it is ${told}, not ${kind(isCloud)} 9`)
  return told
}
