import type { CorePlace } from './core.ts'
import { askCore, formBody } from './request.ts'

/** What a core holds of an id at this moment, committed or not. */
export interface HeldDocument {
  readonly id: string
  readonly rev: number
  readonly fence: number
  readonly digest: string
  readonly isTombstone: boolean
}

/** A document as Solr gives it; what SLIP did not write may lack everything but the id. */
export interface SolrDocument {
  readonly id: string
  readonly rev?: number
  readonly fence?: number
  readonly digest?: string
  readonly tombstone?: boolean
}

export const heldFields = 'id,rev,fence,digest'

/** Ids of one request: some 250 kB. */
const mostIds = 1_000

/**
 * Reads ids back by key: this sees what no commit has shown yet. Ids hold commas, so each is a parameter of its own, and
 * there are many, so they go in the body. `${…}` in an id is text.
 */
export async function readHeld(core: CorePlace, ids: readonly string[]): Promise<Map<string, HeldDocument>> {
  const held = new Map<string, HeldDocument>()
  for (let start = 0; start < ids.length; start += mostIds) {
    const asked = ids.slice(start, start + mostIds).map((id) => ['id', id] as const)
    const fields = { fl: `${heldFields},tombstone`, distrib: 'false', wt: 'json', expandMacros: 'false' }
    const { doc, response } = await askCore<{
      doc?: SolrDocument | null
      response?: { docs: readonly SolrDocument[] }
    }>(
      core,
      { path: '/get', ...formBody([...Object.entries(fields), ...asked]) },
      asked.length === 1 ? 'doc' : 'response',
    )
    for (const each of response?.docs ?? (doc ? [doc] : [])) held.set(each.id, heldOf(each))
  }
  return held
}

export function heldOf({ id, rev = 0, fence = 0, digest = '', tombstone = false }: SolrDocument): HeldDocument {
  return { id, rev, fence, digest, isTombstone: tombstone }
}
