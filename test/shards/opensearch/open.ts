import type { Engine, IndexDocument } from '../../../src/shards/engine.ts'
import { openEngine } from '../../../src/shards/open-engine.ts'
import type { OpenSearchOptions } from '../../../src/shards/opensearch/options.ts'
import { document } from '../../conformance/engine/documents.ts'
import { releases, type SearchServer } from '../../services/opensearch/releases.ts'

/** An engine on a server of the tests. */
export function openSearch(
  server: SearchServer,
  options: Pick<OpenSearchOptions, 'urls' | 'index'> & Partial<OpenSearchOptions>,
): Engine {
  const kind = releases[server].product === 'OpenSearch' ? 'opensearch' : 'elasticsearch'
  return openEngine('opensearch', { kind, target: 'main', compress: false, timeout: 60_000, ...options })
}

/** A document that the mapping does not take. */
export function refusedDocument(id: string, fence: number): IndexDocument {
  const { json, ...rest } = document({ id, fence })
  return { ...rest, json: Buffer.from(json.toString().replace('"rights":1', '"rights":"one"')) }
}
