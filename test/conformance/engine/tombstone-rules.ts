import { describe, expect, test } from 'vitest'
import { mostPurged } from '../../../src/shards/engine.ts'
import { document } from './documents.ts'
import { type Subject, shards } from './subject.ts'

const { purged } = shards

/** Which removals are forgotten, and which not. */
export function tombstoneRules(subject: Subject): void {
  /** Whether an older post is told of the removal. What was deleted OpenSearch goes on refusing for a while, unexplained. */
  const isRemembered = async (id: string, fence: number) =>
    (await subject.engine.post(purged, [document({ id, fence })]))[0]?.kind === 'stale'
  const purgeAll = async (before: number) => {
    const counts: number[] = []
    do counts.push(await subject.engine.purgeTombstones(purged, before))
    while (counts.at(-1) === mostPurged)
    return counts.reduce((sum, count) => sum + count, 0)
  }

  describe('the purge of tombstones', () => {
    test('of a shard that holds nothing is none', async () => {
      expect(await subject.engine.purgeTombstones(purged, 1_000)).toBe(0)
    })

    test('forgets the removals before a fence, and no others: a younger one still refuses what is older', async () => {
      const { engine } = subject
      for (const [id, fence] of [
        ['purge.old', 100],
        ['purge.young', 200],
        ['purge.last', 300],
      ] as const)
        await engine.remove(purged, [{ id, fence, rev: 1 }])
      expect(await purgeAll(200)).toBe(1)
      expect(await isRemembered('purge.young', 99)).toBe(true)
      expect(await isRemembered('purge.old', 99)).toBe(false)
      expect(await purgeAll(201)).toBe(1)
      expect(await isRemembered('purge.young', 99)).toBe(false)
    })

    test('leaves documents and the marker as they are, however old', async () => {
      const { engine } = subject
      await engine.mark(purged, null, 5)
      await engine.post(purged, [document({ id: 'purge.document', fence: 10, title: 'purgedword' })])
      const before = await engine.scan(purged, '', 100)
      await purgeAll(1_000)
      expect(await engine.scan(purged, '', 100)).toEqual(before)
      expect(before.map(({ id }) => id)).toContain('purge.document')
      expect(await engine.marker(purged)).toBe(5)
      expect((await engine.search('purgedword', { limit: 10, pagesPerHit: 0 })).total).toBe(1)
    })

    test('leaves the highest fence of the shard what it is: what restores are noticed by', async () => {
      const { engine } = subject
      const highest = { id: 'purge.last', fence: 300 }
      expect(await engine.highestFence(purged)).toEqual(highest)
      expect(await purgeAll(1_000)).toBe(0)
      expect(await engine.highestFence(purged)).toEqual(highest)
      expect(await isRemembered('purge.last', 299)).toBe(true)
    })

    test('an item that came back is a document, and its removal no more there to be purged', async () => {
      const { engine } = subject
      await engine.remove(purged, [{ id: 'purge.back', fence: 400, rev: 1 }])
      await engine.post(purged, [document({ id: 'purge.back', fence: 401 })])
      await engine.remove(purged, [{ id: 'purge.next', fence: 500, rev: 1 }])
      expect(await purgeAll(500)).toBe(1)
      expect((await engine.get(purged, ['purge.back']))[0]?.fence).toBe(401)
    })

    test('takes many in batches, and of another shard nothing', async () => {
      const { engine } = subject
      const removals = Array.from({ length: mostPurged + 200 }, (_, n) => ({
        id: `purge.many.${n}`,
        fence: 600,
        rev: 1,
      }))
      await engine.remove(purged, removals.slice(0, 700))
      await engine.remove(
        purged,
        removals.slice(700).map((removal) => ({ ...removal, fence: 601 })),
      )
      await engine.remove(shards.counted, [{ id: 'purge.elsewhere', fence: 600, rev: 1 }])
      await engine.remove(purged, [{ id: 'purge.end', fence: 700, rev: 1 }])
      expect(await purgeAll(650)).toBeGreaterThanOrEqual(mostPurged)
      expect(await purgeAll(650)).toBe(0)
      const olds = removals.map(({ id }) => document({ id, fence: 10, pages: [] }))
      for (let at = 0; at < olds.length; at += 100) {
        const outcomes = await engine.post(purged, olds.slice(at, at + 100))
        expect(outcomes.filter(({ kind }) => kind === 'stale')).toEqual([])
      }
      expect(await engine.post(shards.counted, [document({ id: 'purge.elsewhere', fence: 599 })])).toEqual([
        { kind: 'stale', fence: 600 },
      ])
    })
  })
}
