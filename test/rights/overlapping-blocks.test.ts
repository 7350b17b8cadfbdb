import { afterAll, beforeAll, expect, test } from 'vitest'
import { SlipError } from '../../src/errors/slip-error.ts'
import { FileReading } from '../../src/rights/file-reading.ts'
import type { Bad } from '../../src/sources/source.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { passOver } from './pass.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())

interface Line {
  readonly kind: 'line'
  readonly about: string
}

/** Reads blocks of two lines; `told` is what began and ended, and each block ends when it is let go. */
function reading(lines: readonly string[], part: { apart?: boolean; fault?: Error; stop?: AbortSignal } = {}) {
  const told: string[] = []
  const waiting = new Map<string, (fault?: Error) => void>()
  const pass = passOver(library, {}, part.stop)
  const file = { path: `/nowhere/${lines.join('')}`, flaw: null } as ConstructorParameters<typeof FileReading>[2]
  const reader = {
    async *read(): AsyncGenerator<Line | Bad> {
      for (const about of lines) yield { kind: 'line', about }
      if (part.fault !== undefined) throw part.fault
    },
    blockSize: 2,
    load: async (events: Line[]): Promise<Bad[]> => {
      const name = events.map(({ about }) => about).join('')
      told.push(`begin ${name}`)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      waiting.set(name, (fault) => (fault === undefined ? resolve() : reject(fault)))
      await promise
      told.push(`end ${name}`)
      return []
    },
    ...(part.apart === false ? {} : { about: ({ about }: Line) => about }),
  }
  const run = new FileReading(pass, 'a', file, reader).run(async () => void told.push('whole'))
  run.catch(() => {})
  const begun = async (name: string) => {
    while (!waiting.has(name)) await new Promise(setImmediate)
  }
  return { told, run, begun, letGo: (name: string, fault?: Error) => waiting.get(name)!(fault) }
}

test('a block is taken in while the two before it are, and no fourth one', async () => {
  const { told, run, begun, letGo } = reading(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
  await begun('ef')
  letGo('cd')
  await new Promise(setImmediate)
  letGo('ab')
  await begun('gh')
  letGo('ef')
  letGo('gh')
  expect(await run).toMatchObject({ records: 8, bad: 0, ending: 'whole' })
  const begins = ['begin ab', 'begin cd', 'begin ef']
  expect(told).toEqual([...begins, 'end cd', 'end ab', 'begin gh', 'end ef', 'end gh', 'whole'])
})

test('a block that is about something in the one before the last waits for that one, and for no other', async () => {
  const { told, run, begun, letGo } = reading(['a', 'b', 'c', 'd', 'a', 'e'])
  await begun('cd')
  await new Promise(setImmediate)
  letGo('ab')
  await begun('ae')
  letGo('ae')
  letGo('cd')
  await run
  expect(told).toEqual(['begin ab', 'begin cd', 'end ab', 'begin ae', 'end ae', 'end cd', 'whole'])
})

test.each([
  ['that is about something in the block before', ['a', 'b', 'b', 'c'], true],
  ['of a source that does not say what its lines are about', ['a', 'b', 'c', 'd'], false],
])('a block %s waits for it', async (_, lines, apart) => {
  const [first, second] = [lines.slice(0, 2).join(''), lines.slice(2).join('')]
  const { told, run, begun, letGo } = reading(lines, { apart })
  await begun(first)
  letGo(first)
  await begun(second)
  letGo(second)
  await run
  expect(told).toEqual([`begin ${first}`, `end ${first}`, `begin ${second}`, `end ${second}`, 'whole'])
})

test('what stands before the damage of a file is taken in', async () => {
  const fault = new SlipError('SOURCE_FILE_UNREADABLE', 'cut', {})
  const { told, run, begun, letGo } = reading(['g', 'h', 'i', 'j', 'k'], { fault })
  await begun('ij')
  letGo('gh')
  letGo('ij')
  await begun('k')
  letGo('k')
  expect(await run).toMatchObject({ records: 5, ending: 'broken off' })
  expect(told.at(-1)).toBe('whole')
})

test('of a block that cannot be taken in the reading ends with its error, once those behind it have ended', async () => {
  const { told, run, begun, letGo } = reading(['l', 'm', 'n', 'o', 'p', 'q'])
  await begun('pq')
  letGo('lm', new SlipError('DATABASE_UNAVAILABLE', 'away', {}))
  await new Promise(setImmediate)
  letGo('no')
  letGo('pq')
  await expect(run).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
  expect(told).toEqual(['begin lm', 'begin no', 'begin pq', 'end no', 'end pq'])
})

test('a process that is to stop begins no further block, and ends with those that it has begun', async () => {
  const stop = new AbortController()
  const { told, run, begun, letGo } = reading(['r', 's', 't', 'u', 'v', 'w', 'x', 'y'], { stop: stop.signal })
  await begun('vw')
  stop.abort()
  for (const block of ['rs', 'tu', 'vw']) letGo(block)
  expect(await run).toMatchObject({ records: 6, ending: 'stopped' })
  expect(told).toEqual(['begin rs', 'begin tu', 'begin vw', 'end rs', 'end tu', 'end vw'])
})
