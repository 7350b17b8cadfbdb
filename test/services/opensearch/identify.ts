import { ask } from '../ask.ts'
import type { Release } from './releases.ts'

/**
 * Name and version of a server that is fit for the tests.
 * @throws Error when it is another kind or major version, has no ICU, or does not answer
 */
export async function identify(url: string, { product, major }: Release): Promise<string> {
  const { version } = (await ask(url, 'GET /')).json
  const found = `${version?.distribution === 'opensearch' ? 'OpenSearch' : 'Elasticsearch'} ${version?.number}`
  if (!found.startsWith(`${product} ${major}.`)) throw new Error(`it is ${found}, not ${product} ${major}`)
  const plugins: { component: string }[] = (await ask(url, 'GET /_cat/plugins?format=json')).json
  if (!plugins.some(({ component }) => component === 'analysis-icu'))
    throw new Error('the plugin analysis-icu is not installed in it')
  return found
}
