import { afterEach, describe, expect, test } from 'vitest'
import type { Engine } from '../../../src/shards/engine.ts'
import { Holding, page } from '../../chaos/http-faults.ts'
import { document } from '../engine/documents.ts'
import { badAnswers } from './answers.ts'
import { type Subject, secrets } from './subject.ts'

const search = { limit: 1, pagesPerHit: 1, pagesOf: async () => [] }

const reads: readonly (readonly [name: string, shard: number | null, read: (engine: Engine) => Promise<unknown>])[] = [
  ['get', 1, (engine) => engine.get(1, ['read.1'])],
  ['scan', 1, (engine) => engine.scan(1, '', 10)],
  ['count', 1, (engine) => engine.count(1)],
  ['highestFence', 1, (engine) => engine.highestFence(1)],
  ['marker', 1, (engine) => engine.marker(1)],
  ['mark', 1, (engine) => engine.mark(1, null, 5)],
  ['commit, visible,', 1, (engine) => engine.commit(1, 'visible')],
  ['commit, durable,', 1, (engine) => engine.commit(1, 'durable')],
  ['search', null, (engine) => engine.search('heron', search)],
  ['health', null, (engine) => engine.health()],
]

/** What is read by a bad answer: nothing, and never that there is nothing. */
export function readRules(subject: Subject): void {
  describe('reads', () => {
    afterEach(() => subject.proxy.heal())

    test('of a shard one commit is under way at a time, and one that fails holds none up', async () => {
      const { engine, proxy, isCommit } = subject
      const commits = () => proxy.asked.filter(isCommit).length
      const before = commits()
      const holding = new Holding()
      const { struck } = proxy.strike(isCommit, holding.meddling, 1)
      const first = engine.commit(1, 'visible')
      await struck
      const others = [engine.commit(1, 'visible'), engine.highestFence(1)]
      await engine.count(1)
      expect(commits() - before).toBe(1)
      await holding.release()
      await Promise.all([first, ...others])
      expect(commits() - before).toBe(3)

      proxy.strike(isCommit, page(500), 1)
      const failing = engine.commit(1, 'visible')
      const next = engine.commit(1, 'visible')
      await expect(failing).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
      await next
    })

    test.each(reads)(
      '%s fails by every bad answer, told with its place, and answers when that is over',
      async (...[, shard, read]) => {
        const { engine, direct, proxy, target } = subject
        await direct.post(1, [document({ id: 'read.1', fence: 10, title: 'A heron' })])
        const place = { target, ...(shard === null ? {} : { shard }) }
        for (const { name, meddling, words } of badAnswers) {
          const strike = proxy.strike(() => true, meddling)
          const error = await read(engine).then(
            (answer) => expect.fail(`${name} was taken for ${JSON.stringify(answer)}`),
            (thrown: Error) => thrown,
          )
          strike.end()
          expect([name, error]).toEqual([name, expect.objectContaining({ code: 'ENGINE_UNAVAILABLE', place })])
          expect([name, error.message]).toEqual([name, expect.stringMatching(words)])
          expect(error.message).toContain(subject.proxy.url)
          expect(`${error.stack} ${JSON.stringify(error)}`).not.toMatch(secrets)
        }
        await read(engine)
      },
    )
  })
}
