import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Engine, Outcome } from '../../../src/shards/engine.ts'
import { delayed, Holding, page } from '../../chaos/http-faults.ts'
import { loopback } from '../../shards/http/loopback.ts'
import { document } from '../engine/documents.ts'
import { badAnswers } from './answers.ts'
import { credentials, type Subject, secrets } from './subject.ts'

/** What becomes of documents and removals whose answer is bad. */
export function writeRules(subject: Subject): void {
  describe('writes', () => {
    afterEach(() => subject.proxy.heal())

    let items = 0
    const newId = () => `write.${++items}`
    const fenceOf = async (id: string) => (await subject.direct.get(1, [id]))[0]?.fence ?? null
    const post = (engine: Engine, fence: number, ...ids: string[]) =>
      engine.post(
        1,
        ids.map((id) => document({ id, fence, title: `written with ${fence}` })),
      )
    const done: Outcome = { kind: 'done' }

    /** Nothing is known of any: told with target, shard and URL, and without secrets. */
    const provesNothing = (outcomes: readonly Outcome[], words: RegExp) => {
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ kind: 'unavailable', message: expect.stringMatching(words) })
        const at = `target ${subject.target}, shard 1, ${subject.proxy.url}/`
        expect(outcome).toHaveProperty('message', expect.stringContaining(at))
        expect(JSON.stringify(outcome)).not.toMatch(secrets)
      }
    }

    const retryAfter = (outcomes: readonly Outcome[]) =>
      outcomes.map((outcome) => (outcome.kind === 'unavailable' ? outcome.retryAfterMs : null))

    const unanswered = (outcomes: readonly Outcome[]) =>
      outcomes.map((outcome) => outcome.kind === 'unavailable' && outcome.unanswered === true)

    test.each(badAnswers)('$name proves nothing of a post, and when it is sent again it is done', async (answer) => {
      const { engine, direct, proxy, isWrite } = subject
      const [old, fresh] = [newId(), newId()]
      await post(direct, 10, old)
      proxy.strike(isWrite, answer.meddling)
      const outcomes = await post(engine, 20, old, fresh)
      provesNothing(outcomes, answer.words)
      expect(retryAfter(outcomes)).toEqual([answer.retryAfterMs, answer.retryAfterMs])
      expect(unanswered(outcomes)).toEqual([answer.isUnanswered, answer.isUnanswered])
      expect([await fenceOf(old), await fenceOf(fresh)]).toEqual(answer.isDone ? [20, 20] : [10, null])
      proxy.heal()
      expect(await post(engine, 20, old, fresh)).toEqual([done, done])
      expect([await fenceOf(old), await fenceOf(fresh)]).toEqual([20, 20])
      expect(await post(engine, 15, old)).toEqual([{ kind: 'stale', fence: 20 }])
    })

    test.each(badAnswers)(
      '$name proves nothing of a removal, and when it is sent again it is done',
      async ({ meddling, words, isDone }) => {
        const { engine, direct, proxy, isWrite } = subject
        const id = newId()
        await post(direct, 10, id)
        proxy.strike(isWrite, meddling)
        const removal = { id, fence: 20, rev: 2 }
        provesNothing(await engine.remove(1, [removal]), words)
        expect(await fenceOf(id)).toBe(isDone ? null : 10)
        proxy.heal()
        expect(await engine.remove(1, [removal])).toEqual([done])
        expect(await fenceOf(id)).toBe(null)
        expect(await post(engine, 15, id)).toEqual([{ kind: 'stale', fence: 20 }])
      },
    )

    test.each(badAnswers)(
      '$name to the reading back of a refused post proves neither that it is done nor that it is stale',
      async ({ meddling, words }) => {
        const { engine, direct, proxy, isReadBack } = subject
        const id = newId()
        await post(direct, 10, id)
        const strike = proxy.strike(isReadBack, meddling)
        provesNothing(await post(engine, 9, id), words)
        expect(strike.count).toBeGreaterThan(0)
        proxy.heal()
        expect(await post(engine, 9, id)).toEqual([{ kind: 'stale', fence: 10 }])
      },
    )

    test('an answer that is late, and not too late, is one', async () => {
      const { engine, proxy, isWrite } = subject
      const id = newId()
      const { struck } = proxy.strike(isWrite, delayed(50))
      expect(await post(engine, 20, id)).toEqual([done])
      await struck
    })

    test('what is too large for a proxy is refused alone, and those beside it are done', async () => {
      const { engine, proxy, isWrite } = subject
      const ids = [newId(), newId(), newId()] as const
      proxy.strike((asked) => isWrite(asked) && asked.body.length > 3_000, page(413))
      const [first, second, third] = ids.map((id) => document({ id, fence: 20 }))
      const large = document({ id: ids[1], fence: 20, allfields: 'word '.repeat(1_000) })
      const outcomes = await engine.post(1, [first!, large, third!])
      expect(outcomes).toEqual([
        done,
        { kind: 'rejected', message: expect.stringContaining('too large for the') },
        done,
      ])
      proxy.heal()
      expect(await engine.post(1, [second!])).toEqual([done])
    })

    test('a redirect to another host is not followed: neither document nor credentials get there', async () => {
      const { engine, proxy, isWrite } = subject
      const elsewhere = await loopback((_, response) => response.end('{}'))
      onTestFinished(() => elsewhere.close())
      const id = newId()
      for (const status of [301, 302, 307, 308]) {
        const strike = proxy.strike(isWrite, page(status, { location: `${elsewhere.url}/` }))
        provesNothing(await post(engine, 20, id), new RegExp(`answered ${status}`))
        strike.end()
      }
      expect(elsewhere.asked).toEqual([])
      expect(await post(engine, 20, id)).toEqual([done])
    })

    test.each(['written anew', 'removed'] as const)(
      'a post that is held on its way until its item was %s by a later claim changes nothing',
      async (what) => {
        const { open, direct, proxy, isWrite } = subject
        const id = newId()
        await post(direct, 10, id)
        const impatient = open(proxy.url, { ...credentials, timeout: 500 })
        onTestFinished(() => impatient.close())
        const holding = new Holding()
        proxy.strike(isWrite, holding.meddling)
        const late = await post(impatient, 20, id)
        provesNothing(late, /Timeout/i)
        expect(unanswered(late)).toEqual([true])
        const later = what === 'removed' ? direct.remove(1, [{ id, fence: 30, rev: 2 }]) : post(direct, 30, id)
        expect(await later).toEqual([done])
        await holding.release()
        expect(await fenceOf(id)).toBe(what === 'removed' ? null : 30)
      },
    )
  })
}
