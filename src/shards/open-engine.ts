import { openEmbeddedEngine } from './embedded/engine.ts'
import type { Engine } from './engine.ts'

/** The engines this release speaks to. */
export type EngineKind = 'embedded'

export interface EngineOptions {
  /** Where the engine is; for `embedded` a postgres:// URL of a database of its own. */
  readonly url: string
  /** Name of the target: keeps several targets on one server apart. */
  readonly target: string
}

const openers: Readonly<Record<EngineKind, (options: EngineOptions) => Engine>> = {
  embedded: openEmbeddedEngine,
}

/** Opens the engine of a target, without connecting yet. The only place that knows all kinds. */
export function openEngine(kind: EngineKind, options: EngineOptions): Engine {
  return openers[kind](options)
}
