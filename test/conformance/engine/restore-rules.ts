import { beforeAll, describe, expect, test } from 'vitest'
import { document } from './documents.ts'
import { type Subject, shards } from './subject.ts'

const { marked, highest } = shards

/** What tells that the engine, or the database beside it, was set back. */
export function restoreRules(subject: Subject): void {
  describe('the highest fence', () => {
    test('of a shard that holds nothing there is none', async () => {
      expect(await subject.engine.highestFence(highest)).toBeNull()
    })

    test('is that of the document posted last, of a removal too, and of this shard alone', async () => {
      const { engine } = subject
      await engine.post(highest, [
        document({ id: 'highest.b', fence: 1_764_000_000_000_010 }),
        document({ id: 'highest.a', fence: 1_764_000_000_000_009 }),
      ])
      await engine.post(shards.one, [document({ id: 'highest.elsewhere', fence: Number.MAX_SAFE_INTEGER })])
      expect(await engine.highestFence(highest)).toEqual({ id: 'highest.b', fence: 1_764_000_000_000_010 })
      await engine.remove(highest, [{ id: 'highest.a', fence: 1_764_000_000_000_011, rev: 2 }])
      expect(await engine.highestFence(highest)).toEqual({ id: 'highest.a', fence: 1_764_000_000_000_011 })
      await engine.post(highest, [document({ id: 'highest.b', fence: 1_764_000_000_000_008 })])
      expect(await subject.other.highestFence(highest)).toEqual({ id: 'highest.a', fence: 1_764_000_000_000_011 })
    })
  })

  describe('the durability marker', () => {
    beforeAll(async () => {
      await subject.engine.post(marked, [document({ id: 'marked.item', fence: 10, title: 'markeditem' })])
    })

    test('is none at first, and then what was written last, with every microsecond', async () => {
      const { engine, other } = subject
      expect(await engine.marker(marked)).toBeNull()
      expect(await engine.mark(marked, null, 1_764_000_000_000_001)).toBe(true)
      expect(await other.marker(marked)).toBe(1_764_000_000_000_001)
      expect(await engine.mark(marked, 1_764_000_000_000_001, 1_764_000_000_000_003)).toBe(true)
      expect(await other.marker(marked)).toBe(1_764_000_000_000_003)
    })

    test('is replaced only by who knows it: one that was set back meanwhile is not overwritten unseen', async () => {
      const { engine, other } = subject
      expect(await engine.mark(marked, 1_764_000_000_000_001, 1_764_000_000_000_009)).toBe(false)
      expect(await engine.mark(marked, null, 1_764_000_000_000_009)).toBe(false)
      expect(await engine.marker(marked)).toBe(1_764_000_000_000_003)
      const both = [engine, other].map((each, n) => each.mark(marked, 1_764_000_000_000_003, 1_764_000_000_000_010 + n))
      expect((await Promise.all(both)).filter(Boolean)).toHaveLength(1)
    })

    test('belongs to one shard, and is no item: not counted, scanned, found or the highest fence', async () => {
      const { engine } = subject
      expect(await engine.marker(highest)).toBeNull()
      expect(await engine.count(marked)).toBe(1)
      expect((await engine.scan(marked, '', 10)).map(({ id }) => id)).toEqual(['marked.item'])
      expect(await engine.get(marked, [''])).toEqual([])
      expect((await engine.search('markeditem', { limit: 10, pagesPerHit: 1 })).total).toBe(1)
      expect(await engine.highestFence(marked)).toEqual({ id: 'marked.item', fence: 10 })
    })
  })
}
