import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Engine } from '../../src/shards/engine.ts'
import { openEngine } from '../../src/shards/open-engine.ts'
import { shardAlias } from '../../src/shards/opensearch/names.ts'
import { chainsOf } from '../../src/shards/solr/chains.ts'
import { ask } from '../../test/services/ask.ts'
import { startInstance as startOpenSearch } from '../../test/services/opensearch/instance.ts'
import { done } from '../../test/services/solr/admin.ts'
import { startInstance as startSolr } from '../../test/services/solr/instance.ts'
import { layConfigsetOf } from '../../test/shards/solr/solr-engine.ts'
import type { LoaderOrder } from './loader-process.ts'

/**
 * An engine that has been started for the benchmark, with 2 GB of memory; OpenSearch with 4: on one processor its collector
 * comes too late for less, and it has no room for a request whoever sends it.
 */
export interface TestedEngine {
  /** How a figure calls it. */
  readonly name: string
  readonly product: string
  readonly url: string
  readonly format: LoaderOrder['format']
  /** What the configuration says of a target of one shard in such an index, which nobody commits unless it is said. */
  targetOf(index: string, commit?: Readonly<Record<string, string>>): Readonly<Record<string, unknown>>
  /** Makes an index, empty, as slip-index finds it. */
  create(index: string): Promise<void>
  /** Where a loader posts documents for the only shard of an index. */
  pathOf(index: string): string
  /** What a searcher sees of the fence of an item; null = nothing of the item. */
  seenFence(index: string, htid: string): Promise<number | null>
  /** Searches the text for words, ten hits; resolves with the milliseconds that the engine says it took. */
  search(index: string, words: string): Promise<number>
  /** Bytes that an index takes on disk, once all of it is there. */
  diskBytes(index: string): Promise<number>
  /** Removes an index. */
  drop(index: string): Promise<void>
  /** Processor time it has taken since it was started, seconds. */
  processorSeconds(): number
  close(): Promise<void>
}

/** As many targets as are indexed at once; a Solr that stands alone has a configset for each. */
export const targetNames = ['main', 'main1'] as const

const tell = (line: string) => console.error(line)
/** Of an engine that is only asked to make an index. */
const reached = { target: 'main', compress: false, timeout: 60_000 }

async function createOn(engine: Engine): Promise<void> {
  await engine.create(1).finally(() => engine.close())
}

const rarely = { visible: '1h', durable: '1h' }

/** Linux counts in hundredths of a second, whatever the clock of the kernel. */
const processorSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // the name of the program, which may hold blanks, ends with the last parenthesis
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number) as [number, number]
  return (user + system) / 100
}

const tries = 60

/** Asks as often as the server has no room for the question, for a minute: what is not dropped fills its heap. */
async function answered(url: string, question: string) {
  for (let tried = 1; ; tried++) {
    const { status, json } = await ask(url, question)
    if (status < 300) return json
    if (status !== 429 || tried === tries) throw new Error(`${question}: answered ${status}: ${JSON.stringify(json)}`)
    await pause(1_000)
  }
}

export const startTested = {
  async solr(): Promise<TestedEngine> {
    const solr = await startSolr({ longRun: true }, tell)
    for (const target of targetNames) await layConfigsetOf(solr, target)
    const solrSelect = (parameters: string, index: string) => done(solr, `GET /${index}_1/select?wt=json&${parameters}`)
    return {
      name: 'Solr',
      product: solr.product,
      url: solr.url,
      format: 'solr',
      targetOf: (index, commit = rarely) => ({ engine: 'solr', urls: [solr.url], index, shards: 1, commit }),
      create: (index) =>
        createOn(openEngine('solr', { ...reached, urls: [solr.url], index, shards: 1, replicas: 1, minReplicas: 1 })),
      pathOf: (index) => `/solr/${index}_1/update?wt=json&update.chain=${chainsOf('main').strict}`,
      async seenFence(index, htid) {
        const one = await solrSelect(`fq=${encodeURIComponent(`{!term f=id}${htid}`)}&q=*:*&fl=fence`, index)
        return one.response.docs[0]?.fence ?? null
      },
      search: async (index, words) =>
        (await solrSelect(`q=${encodeURIComponent(words)}&defType=edismax&qf=ocr&rows=10&fl=id`, index)).responseHeader
          .QTime,
      async diskBytes(index) {
        await done(solr, `GET /${index}_1/update?commit=true&wt=json`)
        const { status } = await done(solr, `GET /admin/cores?action=STATUS&core=${index}_1&wt=json`)
        return status[`${index}_1`].index.sizeInBytes
      },
      async drop(index) {
        await done(solr, `GET /admin/cores?action=UNLOAD&core=${index}_1&deleteInstanceDir=true`)
      },
      processorSeconds: () => processorSeconds(solr.pid),
      close: () => solr.close(),
    }
  },
  async opensearch(): Promise<TestedEngine> {
    const server = await startOpenSearch('opensearch2', {}, tell, true)
    const searchServer = async (index: string, body: object) =>
      (await ask(server.url, `POST /${shardAlias(index, 1)}/_search`, body)).json
    return {
      name: 'OpenSearch',
      product: server.product,
      url: server.url,
      format: 'bulk',
      targetOf: (index, commit = rarely) => ({ engine: 'opensearch', urls: [server.url], index, shards: 1, commit }),
      create: (index) =>
        createOn(openEngine('opensearch', { ...reached, urls: [server.url], index, kind: 'opensearch' })),
      pathOf: (index) => `/${shardAlias(index, 1)}/_bulk?require_alias=true&filter_path=errors,items.*.error`,
      async seenFence(index, htid) {
        const { hits } = await searchServer(index, { query: { ids: { values: [htid] } }, _source: ['fence'] })
        return hits.hits[0]?._source.fence ?? null
      },
      search: async (index, words) =>
        (await searchServer(index, { query: { match: { ocr: words } }, size: 10, _source: ['id'] })).took,
      async diskBytes(index) {
        const alias = shardAlias(index, 1)
        await ask(server.url, `POST /${alias}/_flush?wait_if_ongoing=true`)
        const { json } = await ask(server.url, `GET /${alias}/_stats/store`)
        return json._all.primaries.store.size_in_bytes
      },
      async drop(index) {
        const named = `GET /_cat/indices/${index}*?format=json&h=index&expand_wildcards=all`
        const indices: { index: string }[] = await answered(server.url, named)
        for (const { index: name } of indices) await answered(server.url, `DELETE /${name}`)
      },
      processorSeconds: () => processorSeconds(server.pid),
      close: () => server.close(),
    }
  },
} as const
