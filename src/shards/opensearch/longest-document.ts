import { ask, refusalIn, type Server } from './server.ts'

interface Nodes {
  readonly nodes: Readonly<Record<string, { readonly http?: { readonly max_content_length_in_bytes?: number } }>>
}

/** Of a bulk request of one document what is not the document: its id, and the words around it. Bytes. */
const aroundIt = 1_024
/** Who may write need not be allowed to look at the nodes. */
const notAllowed = [401, 403, 404]

/** See Engine.longestDocument: `http.max_content_length` of the node that takes least. */
export async function longestDocument(server: Server): Promise<number | null> {
  const path = '/_nodes/http?filter_path=nodes.*.http.max_content_length_in_bytes'
  try {
    const { nodes } = await ask<Nodes>(server, { method: 'GET', path }, { has: 'nodes' })
    const limits = Object.values(nodes).flatMap(({ http }) => http?.max_content_length_in_bytes ?? [])
    return limits.length === 0 ? null : Math.min(...limits) - aroundIt
  } catch (error) {
    if (notAllowed.includes(refusalIn(error)?.status ?? 0)) return null
    throw error
  }
}
