import { afterEach, describe, expect, test } from 'vitest'
import { limitReached } from '../../../src/daemon/chores/full.ts'
import { page } from '../../chaos/http-faults.ts'
import type { Matches } from '../../chaos/http-proxy.ts'
import { document } from '../engine/documents.ts'
import type { Subject } from './subject.ts'

/** What tells the nodes of a shard, its bytes and those free on its disks; of Solr it is one question. */
const aboutBytes: Matches = ({ path }) => path.startsWith('/_cat/shards') || path.includes('/admin/metrics')
const aboutDisks: Matches = ({ path }) => /\/_nodes\/.*\/stats/.test(path) || path.includes('/admin/metrics')

/** What is known of the size of a shard whose disks nobody tells. */
export function sizeRules(subject: Subject): void {
  describe('sizes', () => {
    afterEach(() => subject.proxy.heal())

    test.each([401, 403, 404, 405, 410])(
      'documents are counted, and their limit is reached, where a %d is the answer to who asks for disks',
      async (status) => {
        const { engine, direct, proxy } = subject
        await direct.post(1, [document({ id: 'size.1', fence: 10 })])
        await direct.commit(1, 'visible')
        const documents = await direct.count(1)
        proxy.strike(aboutDisks, page(status))
        expect(await engine.size(1)).toMatchObject({ documents, diskFree: null })
        proxy.strike(aboutBytes, page(status))
        const size = await engine.size(1)
        expect(size).toEqual({ documents, bytes: null, diskFree: null })
        expect(limitReached(size, { documents, bytes: 1, diskFree: 1e15 })).toBe('documents')
      },
    )

    test('a server in trouble is away: of its disks there may be something to tell', async () => {
      const { engine, proxy } = subject
      expect(await engine.size(1)).toMatchObject({ bytes: expect.any(Number), diskFree: expect.any(Number) })
      for (const about of [aboutBytes, aboutDisks]) {
        const strike = proxy.strike(about, page(503))
        await expect(engine.size(1)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', place: { shard: 1 } })
        strike.end()
      }
    })
  })
}
