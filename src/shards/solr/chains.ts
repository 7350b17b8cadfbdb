import { schemaDescription } from '../schema/description.ts'
import { markerChain, tolerantChain, updateChain } from '../schema/solr-config.ts'

/** The update chains of a target. Their names hold its schema: a core made of another answers that it has none. */
export interface Chains {
  /** Refuses what is not newer than what the core holds, and with it the rest of the request. */
  readonly strict: string
  /** Refuses the same, and goes on. */
  readonly tolerant: string
  /** Compares no fences. */
  readonly marker: string
}

export const chainsOf = (target: string): Chains => ({
  strict: updateChain(schemaDescription, target),
  tolerant: tolerantChain(schemaDescription, target),
  marker: markerChain(schemaDescription, target),
})
