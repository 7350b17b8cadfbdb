import { describe, expect, test } from 'vitest'
import { document } from './documents.ts'
import { type Subject, shards } from './subject.ts'

const { one, two } = shards

/** Which of two writes wins, and what each is told. */
export function fenceRules(subject: Subject): void {
  const heldFence = async (id: string, shard = one) => (await subject.engine.get(shard, [id]))[0]?.fence ?? null

  describe('fences', () => {
    test('a newer fence wins, and the older one that comes after it is told which', async () => {
      const { engine } = subject
      const id = 'fence.newer'
      expect(await engine.post(one, [document({ id, fence: 10 })])).toEqual([{ kind: 'done' }])
      expect(await engine.post(one, [document({ id, fence: 12 })])).toEqual([{ kind: 'done' }])
      expect(await engine.post(one, [document({ id, fence: 11 })])).toEqual([{ kind: 'stale', fence: 12 }])
      expect(await heldFence(id)).toBe(12)
    })

    test('the same fence is accepted again: a post without an answer is repeated', async () => {
      const { engine } = subject
      const posted = document({ id: 'fence.same', fence: 10, rev: 4 })
      expect(await engine.post(one, [posted])).toEqual([{ kind: 'done' }])
      expect(await engine.post(one, [posted])).toEqual([{ kind: 'done' }])
      expect(await engine.get(one, [posted.id])).toEqual([{ id: posted.id, rev: 4, fence: 10, digest: posted.digest }])
    })

    test('fences of microseconds since 1970 keep every digit', async () => {
      const fence = Number.MAX_SAFE_INTEGER
      await subject.engine.post(one, [document({ id: 'fence.large', fence })])
      expect(await heldFence('fence.large')).toBe(fence)
      const older = await subject.engine.post(one, [document({ id: 'fence.large', fence: fence - 1 })])
      expect(older).toEqual([{ kind: 'stale', fence }])
    })

    test('a removal is remembered: an older post that comes late does not bring the item back', async () => {
      const { engine } = subject
      const id = 'fence.removed'
      await engine.post(one, [document({ id, fence: 10 })])
      expect(await engine.remove(one, [{ id, fence: 12, rev: 2 }])).toEqual([{ kind: 'done' }])
      expect(await engine.post(one, [document({ id, fence: 11 })])).toEqual([{ kind: 'stale', fence: 12 }])
      expect(await engine.get(one, [id])).toEqual([])
    })

    test('an older removal does not remove a newer document', async () => {
      const { engine } = subject
      const id = 'fence.late-removal'
      await engine.post(one, [document({ id, fence: 10 })])
      expect(await engine.remove(one, [{ id, fence: 9, rev: 1 }])).toEqual([{ kind: 'stale', fence: 10 }])
      expect(await heldFence(id)).toBe(10)
    })

    test('a removal with the fence of the document removes it, alone and among others, and is remembered', async () => {
      const { engine } = subject
      const seen = [10, 11, 12].map((fence) => ({ id: `fence.seen${fence}`, fence, rev: 1 }))
      for (const { id, fence } of seen) await engine.post(one, [document({ id, fence })])
      const others = seen.map(({ id }) => ({ id, fence: 11, rev: 1 }))
      expect(await engine.remove(one, others)).toEqual([
        { kind: 'done' },
        { kind: 'done' },
        { kind: 'stale', fence: 12 },
      ])
      expect(await engine.remove(one, seen.slice(2))).toEqual([{ kind: 'done' }])
      for (const { id } of seen) expect(await heldFence(id)).toBeNull()
      expect(await engine.post(one, [document({ id: 'fence.seen12', fence: 11 })])).toEqual([
        { kind: 'stale', fence: 12 },
      ])
    })

    test('a removal of an item never seen is done, and remembered', async () => {
      const { engine } = subject
      const id = 'fence.unknown'
      expect(await engine.remove(one, [{ id, fence: 10, rev: 1 }])).toEqual([{ kind: 'done' }])
      expect(await engine.remove(one, [{ id, fence: 10, rev: 1 }])).toEqual([{ kind: 'done' }])
      expect(await engine.post(one, [document({ id, fence: 9 })])).toEqual([{ kind: 'stale', fence: 10 }])
    })

    test('a removed item comes back with a higher fence', async () => {
      const { engine } = subject
      const id = 'fence.back'
      await engine.remove(one, [{ id, fence: 10, rev: 1 }])
      expect(await engine.post(one, [document({ id, fence: 11, rev: 2 })])).toEqual([{ kind: 'done' }])
      expect(await heldFence(id)).toBe(11)
    })

    test('outcomes come in the order of the documents, whatever order they were written in', async () => {
      const { engine } = subject
      await engine.post(one, [document({ id: 'order.m', fence: 20 })])
      const outcomes = await engine.post(one, [
        document({ id: 'order.z', fence: 10 }),
        document({ id: 'order.m', fence: 10 }),
        document({ id: 'order.a', fence: 10 }),
      ])
      expect(outcomes).toEqual([{ kind: 'done' }, { kind: 'stale', fence: 20 }, { kind: 'done' }])
    })

    test('the same id twice in one post is decided by the fence', async () => {
      const { engine } = subject
      const rising = await engine.post(one, [
        document({ id: 'twice.up', fence: 1 }),
        document({ id: 'twice.up', fence: 2 }),
      ])
      expect(rising.at(-1)).toEqual({ kind: 'done' })
      expect(await heldFence('twice.up')).toBe(2)
      await engine.post(one, [document({ id: 'twice.down', fence: 2 }), document({ id: 'twice.down', fence: 1 })])
      expect(await heldFence('twice.down')).toBe(2)
    })

    test('shards are kept apart: the fence of one says nothing in another', async () => {
      const { engine } = subject
      const id = 'fence.shards'
      await engine.post(one, [document({ id, fence: 10 })])
      expect(await engine.post(two, [document({ id, fence: 5 })])).toEqual([{ kind: 'done' }])
      await engine.remove(one, [{ id, fence: 11, rev: 2 }])
      expect([await heldFence(id, one), await heldFence(id, two)]).toEqual([null, 5])
    })

    test('posts of one item from two connections at once end with the highest fence and only its words', async () => {
      const { engine, other } = subject
      const id = 'fence.concurrent'
      const fences = [3, 9, 1, 12, 5, 7, 11, 2, 10, 4, 8, 6]
      const posts = fences.map((fence, index) =>
        (index % 2 ? engine : other).post(one, [document({ id, fence, pages: [`concurrent uniqword${fence}x`] })]),
      )
      const outcomes = (await Promise.all(posts)).flat()
      expect(outcomes[fences.indexOf(12)]).toEqual({ kind: 'done' })
      expect(outcomes.every(({ kind }) => kind === 'done' || kind === 'stale')).toBe(true)
      expect(await heldFence(id)).toBe(12)
      const found = await engine.search('concurrent', { limit: 10, pagesPerHit: 10 })
      expect(found.hits.flatMap((hit) => hit.pages.map((page) => page.snippet))).toEqual([
        '<em>concurrent</em> uniqword12x',
      ])
    })
  })
}
