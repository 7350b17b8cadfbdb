import { z } from 'zod'
import { SlipError } from '../../errors/slip-error.ts'
import type { OpenSearchKind } from './options.ts'
import { ask, type Server } from './server.ts'

/** What a server says it is. */
const introduction = z.object({
  version: z.object({
    number: z.string().optional(),
    distribution: z.string().optional(),
    build_flavor: z.string().optional(),
  }),
})

/**
 * Throws ENGINE_KIND_DIFFERS for a server that says it is another than the configuration says, ENGINE_VERSION_UNSUPPORTED
 * for one that is too old, ENGINE_UNAVAILABLE for one that does not answer.
 */
export async function assertKind(server: Server): Promise<void> {
  const { kind, target, nodes } = server
  const { version } = await ask(server, { method: 'GET', path: '/' }, { shape: introduction, isQuick: true })
  const found = kindOf(version)
  if (found === kind) return assertVersion(server, version.number ?? '')
  const key = `targets.${target}.engine`
  const is = found === null ? 'neither OpenSearch nor Elasticsearch' : `${found} ${version.number}`
  throw new SlipError('ENGINE_KIND_DIFFERS', `${key} is ${kind}, and the server at ${nodes.urls.join(', ')} is ${is}`, {
    place: { key },
  })
}

const oldest: Readonly<Record<OpenSearchKind, number>> = { opensearch: 2, elasticsearch: 8 }

/** One that is told to give the version number of an Elasticsearch gives that of Elasticsearch 7. */
function assertVersion({ kind, target, nodes }: Server, version: string): void {
  if (Number.parseInt(version, 10) >= oldest[kind]) return
  const message = `the server at ${nodes.urls.join(', ')} is ${kind} ${version}, and SLIP needs ${oldest[kind]} or newer`
  throw new SlipError('ENGINE_VERSION_UNSUPPORTED', message, { place: { target } })
}

/** OpenSearch may be told to give the version number of an Elasticsearch; the distribution it names all the same. */
function kindOf(version: z.infer<typeof introduction>['version']): OpenSearchKind | null {
  if (version.distribution === 'opensearch') return 'opensearch'
  return version.build_flavor === undefined ? null : 'elasticsearch'
}
