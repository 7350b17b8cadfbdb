import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { Breakers } from '../../src/daemon/breakers.ts'
import { SlipError } from '../../src/errors/slip-error.ts'
import { EventBus } from '../../src/events/bus.ts'
import { keepCounts, keepCountsOnTheWay } from '../../src/rights/keep-counts.ts'
import { readOne } from '../../src/rights/sources.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { passOver } from './pass.ts'

let library: Library
beforeAll(async () => {
  // where it is away nothing is carried over, after which counts are kept as well
  const rights = { kind: 'rights-db', url: 'mysql://nobody@127.0.0.1:1/none' }
  library = await openLibrary({ config: { sources: { rights } } })
})
afterAll(() => library.close())

/** What is kept of a source, of its last pass and in total. */
async function kept(source: string): Promise<number[]> {
  const sql = `SELECT seen FROM slip_source_count WHERE source = '${source}' ORDER BY span`
  return (await library.state.db.query<{ seen: unknown }>(sql)).map(({ seen }) => Number(seen))
}

test('on the way counts are kept at once and then a second later, and at the end all of them', async () => {
  let time = 5_000
  vi.spyOn(performance, 'now').mockImplementation(() => time)
  onTestFinished(() => void vi.restoreAllMocks())
  const pass = passOver(library)
  const after = async (milliseconds: number) => {
    time += milliseconds
    pass.tally.of('a').count('seen')
    await keepCountsOnTheWay(pass)
    return kept('a')
  }
  expect(await after(0)).toEqual([1, 1])
  expect(await after(999)).toEqual([1, 1])
  expect(await after(1)).toEqual([3, 3])
  expect(await after(500)).toEqual([3, 3])
  await keepCounts(pass)
  expect(await kept('a')).toEqual([4, 4])
})

test('what was read of a source before it was away counts', async () => {
  const pass = passOver(library)
  const breakers = new Breakers(library.state.db, new EventBus(), library.config.breaker, true)
  const read = async () => {
    for (const _ of [1, 2]) {
      pass.tally.of('b').count('seen')
      await keepCountsOnTheWay(pass)
    }
    throw new SlipError('SOURCE_SERVER_UNAVAILABLE', 'away', {})
  }
  await expect(readOne(pass, breakers, 'b', read)).rejects.toMatchObject({ code: 'SOURCE_SERVER_UNAVAILABLE' })
  expect(await kept('b')).toEqual([2, 2])
})
