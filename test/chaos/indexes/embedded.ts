import { withClient } from '../../../src/embedded-postgres/database.ts'
import { schemaOf } from '../../../src/shards/embedded/server.ts'
import { Gate } from '../gate.ts'
import { newPostgres } from '../servers/postgres.ts'
import { indexName, target } from '../world.ts'
import type { ChaosIndex, IndexGate } from './chaos-index.ts'
import { coldCopy } from './cold-copy.ts'

/** The embedded engine on a PostgreSQL of its own. */
export async function embeddedIndex(folder: string): Promise<ChaosIndex> {
  const server = await newPostgres({ folder, clock: null })
  await server.start()
  await server.createDatabase(indexName)
  const url = server.url(indexName)
  return {
    // a fault that sets the index back waits for one or two markers
    target: { engine: 'embedded', commit: { durable: '2s' } },
    urls: [url],
    openGate: async (delayMs) => gateOf(await Gate.before(server.port, delayMs), url),
    kill: () => server.kill(),
    start: () => server.start(),
    empty: (shard) => empty(url, shard),
    copy: () => coldCopy(server),
    close: () => server.close(),
  }
}

/** A write is a transaction. */
const gateOf = (gate: Gate, url: string): IndexGate => ({
  urls: [gate.through(url)],
  cutAtWrite: (when, stop) => gate.cutAtCommit(when, stop),
  holdWrite: (stop) => gate.holdAtBegin(stop),
  spoil: null,
  close: () => gate.close(),
})

/** In one transaction that has the tables for itself: posts under way have ended, or come after it. */
function empty(url: string, shard: number): Promise<void> {
  const [document, page] = ['document', 'page'].map((table) => `${schemaOf(target)}.${table}`)
  const statements = [
    'BEGIN',
    `LOCK TABLE ${document} IN EXCLUSIVE MODE`,
    `DELETE FROM ${document} WHERE shard = ${shard}`,
    `DELETE FROM ${page} WHERE shard = ${shard}`,
    'COMMIT',
  ]
  return withClient(url, async (client) => void (await client.query(statements.join(';'))))
}
