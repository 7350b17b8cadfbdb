import { contentOf, isStatus } from './answers.ts'
import type { Core } from './core.ts'
import { answerOf, askCore, formBody } from './request.ts'

/** A document that is to go because it is the one that was seen. */
export interface Seen {
  readonly id: string
  /** Its own. */
  readonly fence: number
}

/**
 * Puts a tombstone in the place of a document with the same fence, which the chain that compares fences refuses: it wants a
 * greater one. So it goes through the one that compares none, under the condition that the core still holds the version
 * that was read: what is written meanwhile stays. False when there is none with this fence, or it was written meanwhile.
 * Throws what Solr or the connection does.
 */
export async function removeSeenDocument(core: Core, chain: string, { id, fence }: Seen): Promise<boolean> {
  const version = await versionOf(core, { id, fence })
  if (version === null) return false
  const parameters = new URLSearchParams({ 'update.chain': chain, wt: 'json' })
  if (core.route !== null) parameters.set('_route_', core.route)
  // by hand, for a version has more digits than a number of JavaScript
  const tombstone = `[{"id":${JSON.stringify(id)},"fence":${fence},"tombstone":true,"_version_":${version}}]`
  try {
    await askCore(core, { path: `/update?${parameters}`, body: Buffer.from(tombstone), type: 'application/json' })
    return true
  } catch (error) {
    if (isStatus(error, 409)) return false
    throw error
  }
}

/** Null where another document, a tombstone or nothing is held. */
async function versionOf(core: Core, { id, fence }: Seen): Promise<string | null> {
  const fields = { id, fl: 'fence,tombstone,_version_', distrib: 'false', wt: 'json', expandMacros: 'false' }
  const answer = await answerOf(core, { path: '/get', ...formBody(Object.entries(fields)) })
  const { doc } = contentOf<{ doc: { fence?: number; tombstone?: boolean } | null }>(answer, 'doc')
  const version = /"_version_":\s*(\d+)/.exec(answer.body.toString())?.[1]
  return doc?.fence === fence && doc.tombstone !== true && version !== undefined ? version : null
}
