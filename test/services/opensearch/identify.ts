import { ask } from '../ask.ts'

/**
 * Name and version of a server that is fit for the tests.
 * @param major the version it must be
 * @throws Error when it is another kind or version, has no ICU, or does not answer
 */
export async function identify(url: string, major: string): Promise<string> {
  const { version } = (await ask(url, 'GET /')).json
  const found = `${version?.distribution} ${version?.number}`
  if (!found.startsWith(`opensearch ${major}.`)) throw new Error(`it is ${found}, not ${major}`)
  const plugins: { component: string }[] = (await ask(url, 'GET /_cat/plugins?format=json')).json
  if (!plugins.some(({ component }) => component === 'analysis-icu'))
    throw new Error('the plugin analysis-icu is not installed in it')
  return `OpenSearch ${version.number}`
}
