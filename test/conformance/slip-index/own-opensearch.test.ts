import { expect, test } from 'vitest'
import { askAgain } from '../../daemon/ask-again.ts'
import { runOnce, start } from '../../daemon/processes.ts'
import { privateOpenSearch } from '../../services/opensearch/private.ts'
import { openSearch } from '../../shards/opensearch/open.ts'
import { document } from '../engine/documents.ts'
import { untouched } from './daemons-at-work.ts'
import { type OwnSubject, ownServerRules } from './own-server-rules.ts'

const server = 'opensearch2'

ownServerRules(
  'OpenSearch with a write queue of one',
  {
    async open() {
      const settings = { 'thread_pool.write.size': 1, 'thread_pool.write.queue_size': 1 }
      return { server: await privateOpenSearch(server, settings), target: { engine: 'opensearch' } }
    },
    // a parcel and a marker are all it has room for
    connections: 1,
    isWrite: ({ path }) => path.includes('/_bulk'),
  },
  queueRules,
)

function queueRules(subject: OwnSubject): void {
  test('documents that find the write queue full are indexed later, and none is in error', async () => {
    const { library, server: own } = subject
    const { db } = library.state
    await db.query('UPDATE slip_rights SET withdrawn_at = NULL')
    await askAgain(library)
    const others = openSearch(server, { urls: [own.url], index: 'others' })
    try {
      await others.create(1)
      const daemon = start('index', library.configFile)
      const wasRefused = () => daemon.events.some(({ message }) => /answered 429/.test(String(message)))
      for (let fence = 1; !wasRefused(); fence++) {
        const large = ['a', 'b', 'c', 'd'].map((id) =>
          document({ id, fence, pages: ['what others write to the same server '.repeat(10_000)] }),
        )
        await Promise.all(large.map((one) => others.post(1, [one])))
        const left = await db.query('SELECT 1 FROM slip_queue WHERE state IN (0, 1) LIMIT 1')
        if (left.length === 0) await askAgain(library)
      }
      daemon.kill('SIGTERM')
      expect((await daemon.exit).code).toBe(0)
    } finally {
      await others.close()
    }
    expect(await untouched(library)).toBe(true)
    await library.closeBreakers()
    await library.passLease()
    expect((await runOnce('index', library.configFile)).code).toBe(0)
    expect(await db.query('SELECT state, last_error FROM slip_queue')).toEqual([])
    expect(await library.violations()).toEqual([])
    expect(await untouched(library)).toBe(true)
  }, 120_000)
}
