import { z } from 'zod'
import { ask, refusalIn, type Server } from './server.ts'

const nodesShape = z.object({
  nodes: z.record(
    z.string(),
    z.object({ http: z.object({ max_content_length_in_bytes: z.number().optional() }).optional() }),
  ),
})

/** Of a bulk request of one document what is not the document: its id, and the words around it. Bytes. */
const aroundIt = 1_024
/** Who may write need not be allowed to look at the nodes. */
const notAllowed = [401, 403, 404]

/** See Engine.longestDocument: `http.max_content_length` of the node that takes least. */
export async function longestDocument(server: Server): Promise<number | null> {
  const path = '/_nodes/http?filter_path=nodes.*.http.max_content_length_in_bytes'
  try {
    const { nodes } = await ask(server, { method: 'GET', path }, { shape: nodesShape, isQuick: true })
    const limits = Object.values(nodes).flatMap(({ http }) => http?.max_content_length_in_bytes ?? [])
    return limits.length === 0 ? null : Math.min(...limits) - aroundIt
  } catch (error) {
    if (notAllowed.includes(refusalIn(error)?.status ?? 0)) return null
    throw error
  }
}
