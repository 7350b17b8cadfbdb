import { join } from 'node:path'
import type { JavaRange } from '../java.ts'
import type { Artifact } from '../maven.ts'

export const openSearchServers = ['opensearch2', 'opensearch3'] as const
const elasticsearchServers = ['elasticsearch8', 'elasticsearch9'] as const
/** Elasticsearch speaks the same, as far as SLIP asks. */
export type SearchServer = (typeof openSearchServers)[number] | (typeof elasticsearchServers)[number]

/** Those of this run: with SLIP_TEST_ELASTICSEARCH, as in the soak, Elasticsearch as well. */
export const searchServers: readonly SearchServer[] =
  process.env.SLIP_TEST_ELASTICSEARCH === undefined
    ? openSearchServers
    : [...openSearchServers, ...elasticsearchServers]

/** For what starts a server of its own, or takes minutes on each: of OpenSearch the newest, and in the soak all of this run. */
export const fewSearchServers: readonly SearchServer[] =
  process.env.SLIP_TEST_SOAK === '1' || searchServers.length > openSearchServers.length
    ? searchServers
    : ['opensearch3']

/** A module or plugin that the distribution of Maven Central lacks. */
export interface Part {
  /** Below the distribution. */
  readonly folder: string
  readonly plugin: string
  readonly artifacts: readonly Artifact[]
  /** Java of ours, to be compiled with the jars. */
  readonly sources?: readonly string[]
}

/** One version, and what it takes to run it. */
export interface Release {
  readonly product: 'OpenSearch' | 'Elasticsearch'
  readonly major: string
  readonly version: string
  readonly image: string
  readonly java: JavaRange
  readonly parts: readonly Part[]
}

const plugin = (name: string, version: string): Artifact => ({ group: 'org.opensearch.plugin', name, version })

/** Of the version of Lucene, whose other jars the server has. */
const icu = (lucene: string, icu4j: string): Artifact[] => [
  { group: 'org.apache.lucene', name: 'lucene-analysis-icu', version: lucene },
  { group: 'com.ibm.icu', name: 'icu4j', version: icu4j },
]

const openSearchIcu = (version: string, lucene: string, icu4j: string): Part => ({
  folder: 'plugins/analysis-icu',
  plugin: 'org.opensearch.plugin.analysis.icu.AnalysisICUPlugin',
  artifacts: [plugin('analysis-icu-client', version), ...icu(lucene, icu4j)],
})

/** Elasticsearch's own are in no package registry. */
const standIn = (major: string, lucene: string, icu4j: string): Part => ({
  folder: 'plugins/analysis-icu',
  plugin: `slip.test.StandIn${major}`,
  artifacts: icu(lucene, icu4j),
  sources: ['StandIn.java', `StandIn${major}.java`].map((name) => join(import.meta.dirname, 'elasticsearch', name)),
})

export const releases: Readonly<Record<SearchServer, Release>> = {
  opensearch2: {
    product: 'OpenSearch',
    major: '2',
    version: '2.19.6',
    image: 'opensearchproject/opensearch:2',
    // Java 24 has no security manager, which this cannot do without.
    java: { from: 17, to: 23 },
    parts: [
      {
        folder: 'modules/analysis-common',
        plugin: 'org.opensearch.analysis.common.CommonAnalysisPlugin',
        artifacts: [plugin('analysis-common', '2.19.6')],
      },
      {
        folder: 'modules/mapper-extras',
        plugin: 'org.opensearch.index.mapper.MapperExtrasPlugin',
        artifacts: [plugin('mapper-extras-client', '2.19.6')],
      },
      // The last of 2.x in Maven Central.
      openSearchIcu('2.16.0', '9.12.3', '70.1'),
    ],
  },
  opensearch3: {
    product: 'OpenSearch',
    major: '3',
    version: '3.8.0',
    image: 'opensearchproject/opensearch:3',
    java: { from: 21, to: 25 },
    parts: [openSearchIcu('3.8.0', '10.5.0', '77.1')],
  },
  elasticsearch8: {
    product: 'Elasticsearch',
    major: '8',
    version: '8.19.21',
    image: 'elasticsearch:8.19.21',
    java: { from: 17, to: 25 },
    parts: [standIn('8', '9.12.2', '74.2')],
  },
  elasticsearch9: {
    product: 'Elasticsearch',
    major: '9',
    version: '9.5.3',
    image: 'elasticsearch:9.5.3',
    java: { from: 21, to: 25 },
    parts: [standIn('9', '10.5.1', '77.1')],
  },
}
