import { openEmbeddedEngine } from './embedded/engine.ts'
import type { ServerOptions } from './embedded/server.ts'
import type { Engine } from './engine.ts'
import { openSolrEngine } from './solr/engine.ts'
import type { SolrOptions } from './solr/options.ts'

/** The engines this release speaks to, and what each needs to be reached. */
export interface EngineOptions {
  readonly embedded: ServerOptions
  readonly solr: SolrOptions
}

type EngineKind = keyof EngineOptions

const openers: { readonly [Kind in EngineKind]: (options: EngineOptions[Kind]) => Engine } = {
  embedded: openEmbeddedEngine,
  solr: openSolrEngine,
}

/** Opens the engine of a target, without connecting yet. The only place that knows all kinds. */
export function openEngine<Kind extends EngineKind>(kind: Kind, options: EngineOptions[Kind]): Engine {
  return openers[kind](options)
}
