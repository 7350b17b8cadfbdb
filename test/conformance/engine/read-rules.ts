import { describe, expect, test } from 'vitest'
import type { Held } from '../../../src/shards/engine.ts'
import { document } from './documents.ts'
import { type Difference, type Subject, shards } from './subject.ts'
import type { UsedEngine } from './used-engine.ts'

const { one, two, counted } = shards

const awkwardIds = [
  'uc1.ark:/13960/t0000aa00',
  'awkward.comma,comma',
  'awkward.bang!bang',
  'awkward.back\\slash',
  'awkward.hash#hash',
  'awkward.percent%2F',
  "awkward.single'quote",
  'awkward.double"quote',
  'awkward.$1;--',
  `awkward.\${wt}`,
  'awkward.*?~^[]{}()+-&|<em>',
  `awkward.${'x'.repeat(247)}`,
]

/** get, scan, count, size, health. */
export function readRules(subject: Subject, differences: readonly Difference[]): void {
  describe('reading back', () => {
    test('empty input is answered without asking: posts, removals, gets', async () => {
      const { engine } = subject
      expect(await engine.post(one, [])).toEqual([])
      expect(await engine.remove(one, [])).toEqual([])
      expect(await engine.get(one, [])).toEqual([])
    })

    test('get returns what is held of the ids that are there, and nothing of the others', async () => {
      const { engine } = subject
      const posted = document({ id: 'get.here', fence: 10, rev: 7 })
      await engine.post(one, [posted])
      await engine.remove(one, [{ id: 'get.gone', fence: 10, rev: 1 }])
      expect(await engine.get(one, ['get.never', 'get.here', 'get.gone'])).toEqual([
        { id: 'get.here', rev: 7, fence: 10, digest: posted.digest },
      ])
      expect(await engine.get(two, ['get.here'])).toEqual([])
    })

    test.each(awkwardIds)('the id %s is posted, read, searched and removed like any other', async (id) => {
      const { engine } = subject
      expect(await engine.post(one, [document({ id, fence: 10, title: 'awkwardtitle' })])).toEqual([{ kind: 'done' }])
      expect((await engine.get(one, [id])).map((held) => held.id)).toEqual([id])
      const found = await engine.search('awkwardtitle', { limit: 100, pagesPerHit: 1 })
      expect(found.hits.map((hit) => hit.id)).toContain(id)
      expect(await engine.remove(one, [{ id, fence: 11, rev: 2 }])).toEqual([{ kind: 'done' }])
      expect(await engine.get(one, [id])).toEqual([])
    })

    test('a scan gives the live items in byte order of id, page by page, none twice and none left out', async () => {
      const { engine } = subject
      // Byte order is neither that of a dictionary (B before a) nor that of UTF-16 units.
      const ids = [
        'scan.B',
        'scan.a',
        'scan.b',
        'scan.10',
        'scan.9',
        'scan.a!',
        'scan.a/',
        'scan.aa',
        'scan._',
        'scan.~',
      ]
      await engine.post(
        counted,
        ids.map((id) => document({ id, fence: 10 })),
      )
      await engine.remove(counted, [{ id: 'scan.b', fence: 11, rev: 2 }])
      const expected = ids
        .filter((id) => id !== 'scan.b')
        .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      for (const size of [1, 3, 100])
        expect((await scanAll(engine, counted, size)).map(({ id }) => id)).toEqual(expected)
    })

    test('a scan starts after the id given, be it there or not', async () => {
      const { engine } = subject
      await engine.post(
        counted,
        ['after.1', 'after.3'].map((id) => document({ id, fence: 10 })),
      )
      const first = async (after: string) => (await engine.scan(counted, after, 1))[0]?.id
      expect(await first('after.1')).toBe('after.3')
      expect(await first('after.2')).toBe('after.3')
    })

    test('count is the number of live items of one shard', async () => {
      const { engine } = subject
      const before = await engine.count(counted)
      await engine.post(
        counted,
        ['count.1', 'count.2', 'count.3'].map((id) => document({ id, fence: 10 })),
      )
      await engine.post(counted, [document({ id: 'count.1', fence: 11 })])
      await engine.remove(counted, [
        { id: 'count.2', fence: 11, rev: 2 },
        { id: 'count.never', fence: 11, rev: 2 },
      ])
      await engine.post(one, [document({ id: 'count.elsewhere', fence: 10 })])
      expect(await engine.count(counted)).toBe(before + 2)
      expect((await scanAll(engine, counted, 5)).length).toBe(before + 2)
    })

    test('the size of a shard is its live items, what they take on disk, and what that disk has free where it is told', async () => {
      const { engine } = subject
      await engine.post(counted, [document({ id: 'size.1', fence: 10, pages: ['some text'] })])
      await engine.commit(counted, 'durable')
      const { documents, bytes, diskFree } = await engine.size(counted)
      expect(documents).toBe(await engine.count(counted))
      expect(bytes).toBeGreaterThan(0)
      if (differences.includes('free disk')) expect(diskFree).toBeGreaterThan(0)
      else expect(diskFree).toBeNull()
    })

    test('create again changes nothing, and health answers', async () => {
      const { engine } = subject
      await engine.post(one, [document({ id: 'create.again', fence: 10 })])
      await Promise.all([engine.create(3), subject.other.create(3)])
      await engine.health()
      expect((await engine.get(one, ['create.again'])).length).toBe(1)
    })
  })
}

async function scanAll(engine: UsedEngine, shard: number, size: number): Promise<Held[]> {
  const all: Held[] = []
  for (;;) {
    const part = await engine.scan(shard, all.at(-1)?.id ?? '', size)
    all.push(...part)
    if (part.length < size) return all
  }
}
