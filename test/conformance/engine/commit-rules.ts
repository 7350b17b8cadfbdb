import { describe, expect, test } from 'vitest'
import { document } from './documents.ts'
import { type Subject, shards } from './subject.ts'

const { committed } = shards

/** What a commit shows, and what needs none. */
export function commitRules(subject: Subject): void {
  describe('commits', () => {
    test.each(['visible', 'durable'] as const)(
      'what was reported done before a commit, %s, is found, scanned and counted after it',
      async (reach) => {
        const { uncommitted, engine } = subject
        const word = `commit${reach}`
        const [removed, kept] = [`${word}.1`, `${word}.2`]
        await engine.post(committed, [document({ id: removed, fence: 10, title: word })])
        const before = await engine.count(committed)
        await uncommitted.remove(committed, [{ id: removed, fence: 11, rev: 2 }])
        await uncommitted.post(committed, [document({ id: kept, fence: 11, title: word })])
        await uncommitted.commit(committed, reach)
        const found = await engine.search(word, { limit: 10, pagesPerHit: 0 })
        expect(found.hits.map(({ id }) => id)).toEqual([kept])
        expect((await engine.scan(committed, word, 1)).map(({ id }) => id)).toEqual([kept])
        expect(await engine.count(committed)).toBe(before)
      },
    )

    test('get, the fences and the highest of them need no commit', async () => {
      const { uncommitted } = subject
      const id = 'commit.none'
      await uncommitted.post(committed, [document({ id, fence: 20 })])
      expect((await uncommitted.get(committed, [id]))[0]?.fence).toBe(20)
      expect(await uncommitted.post(committed, [document({ id, fence: 19 })])).toEqual([{ kind: 'stale', fence: 20 }])
      expect(await uncommitted.highestFence(committed)).toEqual({ id, fence: 20 })
      await uncommitted.remove(committed, [{ id, fence: 21, rev: 2 }])
      expect(await uncommitted.get(committed, [id])).toEqual([])
      expect(await uncommitted.highestFence(committed)).toEqual({ id, fence: 21 })
    })
  })
}
