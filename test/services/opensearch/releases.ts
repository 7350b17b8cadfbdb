import { join } from 'node:path'
import type { JavaRange } from '../java.ts'
import type { Artifact } from '../maven.ts'

export const openSearchServers = ['opensearch2', 'opensearch3'] as const
export type OpenSearchServer = (typeof openSearchServers)[number]

/** A module or plugin that the distribution of Maven Central lacks; its descriptor is not in its jar. */
export interface Part {
  /** Below the distribution. */
  readonly folder: string
  readonly plugin: string
  readonly artifacts: readonly Artifact[]
}

/** One version of OpenSearch, and what it takes to run it. */
export interface Release {
  readonly major: string
  readonly version: string
  readonly image: string
  readonly java: JavaRange
  readonly parts: readonly Part[]
  /** Options of Java besides those that every version needs. */
  options(home: string): string[]
}

const plugin = (name: string, version: string): Artifact => ({ group: 'org.opensearch.plugin', name, version })

/** The ICU plugin was made for that version of Lucene, whose own jars the server has. */
const icu = (version: string, lucene: string, icu4j: string): Part => ({
  folder: 'plugins/analysis-icu',
  plugin: 'org.opensearch.plugin.analysis.icu.AnalysisICUPlugin',
  artifacts: [
    plugin('analysis-icu-client', version),
    { group: 'org.apache.lucene', name: 'lucene-analysis-icu', version: lucene },
    { group: 'com.ibm.icu', name: 'icu4j', version: icu4j },
  ],
})

export const releases: Readonly<Record<OpenSearchServer, Release>> = {
  opensearch2: {
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
      icu('2.16.0', '9.12.3', '70.1'),
    ],
    options: () => ['-Djava.security.manager=allow'],
  },
  opensearch3: {
    major: '3',
    version: '3.8.0',
    image: 'opensearchproject/opensearch:3',
    java: { from: 21, to: 25 },
    parts: [icu('3.8.0', '10.5.0', '77.1')],
    // It stands in for the security manager.
    options: (home) => [
      `-javaagent:${join(home, 'agent/opensearch-agent.jar')}`,
      '--add-opens=java.base/java.nio=ALL-UNNAMED',
      '-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1',
    ],
  },
}
