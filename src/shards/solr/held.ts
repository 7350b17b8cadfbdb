import { z } from 'zod'
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
export const solrDocument = z.object({
  id: z.string(),
  rev: z.number().optional(),
  fence: z.number().optional(),
  digest: z.string().optional(),
  tombstone: z.boolean().optional(),
})

/** Of one id Solr answers otherwise than of several; `doc` is null where there is none. */
const oneShape = z.object({ doc: solrDocument.nullable() }).transform(({ doc }) => (doc === null ? [] : [doc]))
const someShape = z
  .object({ response: z.object({ docs: z.array(solrDocument) }) })
  .transform(({ response }) => response.docs)

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
    const request = { path: '/get', ...formBody([...Object.entries(fields), ...asked]) }
    const found = await askCore(core, request, asked.length === 1 ? oneShape : someShape)
    for (const each of found) held.set(each.id, heldOf(each))
  }
  return held
}

export function heldOf({
  id,
  rev = 0,
  fence = 0,
  digest = '',
  tombstone = false,
}: z.infer<typeof solrDocument>): HeldDocument {
  return { id, rev, fence, digest, isTombstone: tombstone }
}
