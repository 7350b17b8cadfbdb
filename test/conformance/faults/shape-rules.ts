import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { SlipError } from '../../../src/errors/slip-error.ts'
import type { Engine } from '../../../src/shards/engine.ts'
import { type HttpMeddling, send } from '../../chaos/http-proxy.ts'
import { document } from '../engine/documents.ts'
import { credentials, type Subject } from './subject.ts'

/** Where in the JSON of an answer something is. */
type Place = readonly string[]

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** What is at most so deep in an answer; of a list the first stands for all. */
function placesIn(value: unknown, deepest: number, at: Place = []): Place[] {
  if (!isTree(value) || at.length === deepest) return [at]
  const inner = Array.isArray(value) ? Object.entries(value.slice(0, 1)) : Object.entries(value)
  return [at, ...inner.flatMap(([key, each]) => placesIn(each, deepest, [...at, key]))]
}

/** The same with another value at a place, where it has that. */
function replaced(value: unknown, [key, ...rest]: Place, by: unknown): unknown {
  if (key === undefined) return by
  if (!isTree(value) || !(key in value)) return value
  const inner = replaced(value[key], rest, by)
  return Array.isArray(value) ? value.with(Number(key), inner) : { ...value, [key]: inner }
}

const jsonIn = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString())
  } catch {
    // a file of a configset
    return undefined
  }
}

/** Every answer has something else at a place. */
const replacing =
  (place: Place, by: unknown): HttpMeddling =>
  async ({ pass, response }) => {
    const answered = await pass()
    const content = jsonIn(answered.body)
    const body = content === undefined ? answered.body : Buffer.from(JSON.stringify(replaced(content, place, by)))
    send(response, { ...answered, body })
  }

const search = { limit: 1, pagesPerHit: 1, pagesOf: async () => [{ order: 1, label: null, text: 'a heron' }] }

/** Schemas are told at length: what is deeper in them is like what is above. */
const asks: readonly (readonly [name: string, ask: (engine: Engine) => Promise<unknown>, deepest: number])[] = [
  ['get of one', (engine) => engine.get(1, ['shape.1']), 5],
  ['get of several', (engine) => engine.get(1, ['shape.1', 'shape.2']), 5],
  ['scan', (engine) => engine.scan(1, '', 10), 6],
  ['count', (engine) => engine.count(1), 4],
  ['size', (engine) => engine.size(1), 5],
  ['highestFence', (engine) => engine.highestFence(1), 6],
  ['marker', (engine) => engine.marker(1), 5],
  ['mark', (engine) => engine.mark(1, 7, 7), 5],
  ['purge', (engine) => engine.purgeTombstones(1, 5), 6],
  ['commit', (engine) => engine.commit(1, 'durable'), 5],
  ['search', (engine) => engine.search('heron', search), 6],
  ['schema check', (engine) => engine.checkSchema(1), 2],
  ['longest document', (engine) => engine.longestDocument(), 5],
  ['health', (engine) => engine.health(), 5],
  ['create', (engine) => engine.create(1), 2],
  ['post', (engine) => engine.post(1, [document({ id: 'shape.1', fence: 10, title: 'A heron' })]), 4],
  ['post of what is stale', (engine) => engine.post(1, [document({ id: 'shape.1', fence: 9 })]), 5],
  ['removal', (engine) => engine.remove(1, [{ id: 'shape.3', fence: 10, rev: 1 }]), 5],
]

const firsts = ['count', 'post']

/** What another program, or a server that breaks, may put in the place of what is read. */
export function shapeRules(subject: Subject): void {
  describe('answers of another shape', () => {
    beforeAll(async () => {
      const { direct } = subject
      await direct.post(1, [
        document({ id: 'shape.1', fence: 10, title: 'A heron' }),
        document({ id: 'shape.2', fence: 10 }),
      ])
      await direct.remove(1, [{ id: 'shape.3', fence: 10, rev: 1 }])
      await direct.mark(1, await direct.marker(1), 7)
      await direct.commit(1, 'visible')
    })
    afterEach(() => subject.proxy.heal())

    const opened = () => subject.open(subject.proxy.url, credentials)
    const errorOf = (asked: Promise<unknown>) =>
      asked.then(
        () => null,
        (thrown: unknown) => thrown,
      )

    test.each(asks)(
      '%s: null, or a number, where anything else is never ends the process',
      async (name, ask, deepest) => {
        const { proxy } = subject
        // what is asked once only is asked anew by an engine that knows nothing yet
        const isFirst = firsts.includes(name)
        let engine = opened()
        try {
          if (!isFirst) await engine.count(1)
          const answers: unknown[] = []
          const listening = proxy.strike(
            () => true,
            async ({ pass, response }) => {
              const answered = await pass()
              answers.push(jsonIn(answered.body))
              send(response, answered)
            },
          )
          await ask(engine)
          listening.end()
          const places = new Map(answers.flatMap((each) => placesIn(each, deepest)).map((at) => [at.join('.'), at]))
          for (const [at, place] of places)
            for (const by of [null, 7]) {
              if (isFirst) {
                await engine.close()
                engine = opened()
              }
              const strike = proxy.strike(() => true, replacing(place, by))
              const error = await errorOf(ask(engine))
              strike.end()
              if (error === null) continue
              const code = expect.stringMatching(/^ENGINE_(UNAVAILABLE|INDEX_UNFIT)$/)
              expect([at, by, error]).toEqual([at, by, expect.any(SlipError)])
              expect([at, by, error]).toEqual([at, by, expect.objectContaining({ code })])
            }
        } finally {
          await engine.close()
        }
      },
    )
  })
}
