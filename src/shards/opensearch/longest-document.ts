import { z } from 'zod'
import { askIfAllowed, type Server } from './server.ts'

const httpShape = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      http: z.object({ max_content_length_in_bytes: z.number().optional() }).optional(),
    }),
  ),
})

const pressureShape = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      indexing_pressure: z.object({ memory: z.object({ limit_in_bytes: z.number().optional() }) }).optional(),
    }),
  ),
})

/** Of a bulk request of one document what is not the document: its id, and the words around it. Bytes. */
const aroundIt = 1_024

/**
 * See Engine.longestDocument: by `http.max_content_length` and `indexing_pressure.memory.limit` of the node that takes least. What
 * is more than all the memory for writes is refused with 429 for ever, as if the server only had too much to do.
 */
export async function longestDocument(server: Server): Promise<number | null> {
  const [http, pressure] = await Promise.all([
    askIfAllowed(
      server,
      '/_nodes/http?filter_path=nodes.*.version,nodes.*.http.max_content_length_in_bytes',
      httpShape,
    ),
    // a node that only leads the cluster, with its small memory, has no part in writes
    askIfAllowed(
      server,
      '/_nodes/data:true,coordinating_only:true/stats/indexing_pressure?filter_path=nodes.*.indexing_pressure.memory.limit_in_bytes',
      pressureShape,
    ),
  ])
  const nodes = Object.values(http?.nodes ?? {})
  const counted = Math.max(1, ...nodes.map(({ version = '' }) => timesCounted(server, version)))
  const limits = [
    ...nodes.flatMap(({ http: told }) => told?.max_content_length_in_bytes ?? []),
    ...Object.values(pressure?.nodes ?? {})
      .flatMap(({ indexing_pressure }) => indexing_pressure?.memory.limit_in_bytes ?? [])
      .map((limit) => Math.floor(limit / counted)),
  ]
  return limits.length === 0 ? null : Math.min(...limits) - aroundIt
}

/** Elasticsearch counts from version 9 on what it makes of a document beside the document. */
const timesCounted = ({ kind }: Server, version: string): number =>
  kind === 'elasticsearch' && Number.parseInt(version, 10) >= 9 ? 5 : 1
