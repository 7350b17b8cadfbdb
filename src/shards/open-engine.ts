import { openEmbeddedEngine } from './embedded/engine.ts'
import type { ServerOptions } from './embedded/server.ts'
import type { Engine } from './engine.ts'
import { openOpenSearchEngine } from './opensearch/engine.ts'
import type { OpenSearchOptions } from './opensearch/options.ts'
import { openSolrEngine } from './solr/engine.ts'
import type { SolrOptions } from './solr/options.ts'

/** The engines this release speaks to, and what each needs to be reached. */
export interface EngineOptions {
  readonly embedded: ServerOptions
  readonly solr: SolrOptions
  /** Elasticsearch, too. */
  readonly opensearch: OpenSearchOptions
}

type EngineKind = keyof EngineOptions

const openers: { readonly [Kind in EngineKind]: (options: EngineOptions[Kind]) => Engine } = {
  embedded: openEmbeddedEngine,
  solr: openSolrEngine,
  opensearch: openOpenSearchEngine,
}

/** Opens the engine of a target, without connecting yet. The only place that knows all kinds. */
export function openEngine<Kind extends EngineKind>(kind: Kind, options: EngineOptions[Kind]): Engine {
  return openers[kind](options)
}
