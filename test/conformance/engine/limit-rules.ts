import { describe, expect, test } from 'vitest'
import { document } from './documents.ts'
import { type Subject, shards } from './subject.ts'

const { one } = shards

/** Documents that are refused, and very large ones. */
export function limitRules(subject: Subject): void {
  describe('refused and large documents', () => {
    test('a refused document is told why, and its neighbours are done', async () => {
      const { engine, refused } = subject
      const outcomes = await engine.post(one, [
        document({ id: 'limit.1', fence: 10 }),
        refused('limit.2', 10),
        document({ id: 'limit.3', fence: 10 }),
      ])
      expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'rejected', 'done'])
      expect(outcomes[1]).toHaveProperty('message', expect.stringMatching(/\w/))
      const held = await engine.get(one, ['limit.1', 'limit.2', 'limit.3'])
      expect(held.map(({ id }) => id).sort()).toEqual(['limit.1', 'limit.3'])
    })

    test('a refused document leaves what was there before it, words and all', async () => {
      const { engine, refused } = subject
      await engine.post(one, [document({ id: 'limit.kept', fence: 10, pages: ['keptwordbefore'] })])
      expect(await engine.post(one, [refused('limit.kept', 11)])).toMatchObject([{ kind: 'rejected' }])
      expect((await engine.get(one, ['limit.kept']))[0]?.fence).toBe(10)
      expect((await engine.search('keptwordbefore', { limit: 1, pagesPerHit: 1 })).total).toBe(1)
    })

    test('a document of 25 MB of text is indexed whole', async () => {
      const { engine } = subject
      const page = (number: number) => `largepage${number} ${'the quick brown fox jumps over it '.repeat(15_000)}`
      const pages = Array.from({ length: 49 }, (_, index) => page(index + 1))
      pages.push(`${'short words to the end '.repeat(22_000)} verylastwordofall`)
      const large = document({ id: 'limit.large', fence: 10, pages })
      expect(large.json.length).toBeGreaterThan(25_000_000)
      expect(await engine.post(one, [large])).toEqual([{ kind: 'done' }])
      const found = await engine.search('verylastwordofall', { limit: 1, pagesPerHit: 1 })
      expect(found.hits[0]?.pages).toMatchObject([
        { order: 50, snippet: expect.stringContaining('<em>verylastwordofall</em>') },
      ])
    })
  })
}
