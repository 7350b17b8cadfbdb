import { z } from 'zod'
import { SlipError } from '../../errors/slip-error.ts'
import type { OpenSearchKind } from './options.ts'
import { ask, askIfAllowed, type Server } from './server.ts'

/** What a server says it is. */
const introduction = z.object({
  version: z.object({
    number: z.string().optional(),
    distribution: z.string().optional(),
    build_flavor: z.string().optional(),
  }),
  tagline: z.string().optional(),
})

const nodesShape = z.object({ nodes: z.record(z.string(), z.object({ version: z.string() })) })

/** What an OpenSearch says instead of its own version with `compatibility.override_main_response_version`, for older clients. */
const overridden = '7.10.2'

/**
 * Throws ENGINE_KIND_DIFFERS for a server that says it is another than the configuration says, ENGINE_VERSION_UNSUPPORTED
 * for one that is too old, ENGINE_UNAVAILABLE for one that does not answer.
 */
export async function assertKind(server: Server): Promise<void> {
  const { kind, target, nodes } = server
  const introduced = await ask(server, { method: 'GET', path: '/' }, { shape: introduction, isQuick: true })
  const { version } = introduced
  const found = kindOf(introduced)
  if (found === kind) {
    const isOverridden = found === 'opensearch' && version.number === overridden
    return assertVersion(server, isOverridden ? await versionOfNode(server) : (version.number ?? ''))
  }
  const key = `targets.${target}.engine`
  const is = found === null ? 'neither OpenSearch nor Elasticsearch' : `${found} ${version.number}`
  throw new SlipError('ENGINE_KIND_DIFFERS', `${key} is ${kind}, and the server at ${nodes.urls.join(', ')} is ${is}`, {
    place: { key },
  })
}

const oldest: Readonly<Record<OpenSearchKind, number>> = { opensearch: 2, elasticsearch: 8 }

/** `version`: null where it may not be told. */
function assertVersion({ kind, target, nodes }: Server, version: string | null): void {
  if (version === null || Number.parseInt(version, 10) >= oldest[kind]) return
  const message = `the server at ${nodes.urls.join(', ')} is ${kind} ${version}, and SLIP needs ${oldest[kind]} or newer`
  throw new SlipError('ENGINE_VERSION_UNSUPPORTED', message, { place: { target } })
}

/** As its nodes tell it among themselves; null where we are not allowed to ask. */
async function versionOfNode(server: Server): Promise<string | null> {
  const path = '/_nodes/_local?filter_path=nodes.*.version'
  const told = await askIfAllowed(server, path, nodesShape)
  return Object.values(told?.nodes ?? {})[0]?.version ?? null
}

/** With its version overridden OpenSearch names no distribution either; its tagline stays. */
function kindOf({ version, tagline = '' }: z.infer<typeof introduction>): OpenSearchKind | null {
  if (version.distribution === 'opensearch') return 'opensearch'
  if (version.distribution === undefined && tagline.startsWith('The OpenSearch Project')) return 'opensearch'
  return version.build_flavor === undefined ? null : 'elasticsearch'
}
