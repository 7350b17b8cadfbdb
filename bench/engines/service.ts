import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../../src/state/connection.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import type { lanes } from '../../src/state/queue/lanes.ts'
import { Daemon } from '../../test/daemon/processes.ts'
import type { BenchLibrary } from '../library/library.ts'
import { run } from '../library/process.ts'
import { wordsOf } from '../library/words.ts'
import { percentile } from '../queue/percentile.ts'
import { type Measurement, ratioAtMost, reported, valueAtMost } from '../runner/bench.ts'
import { withFullQueue } from './full-queue.ts'
import type { Legs } from './legs.ts'
import type { TestedEngine } from './tested-engine.ts'

const rounds = 5
/** Of each round, at rest and at work. */
const requests = { idle: 20, busy: 10 }
const queries = 200
/** Milliseconds. */
const visibleMs = 1_000
const lookMs = 20
/** Of a processor: an engine that is asked now and then. */
const quietShare = 0.1

/**
 * An index as people use it, the engine on a processor of its own: how large it is, how fast searches are while all of it
 * is indexed anew, and how soon a request is seen.
 */
export async function measureService(tested: TestedEngine, { files }: Legs): Promise<Measurement[]> {
  const index = 'service'
  const main = tested.targetOf(index, { visible: `${visibleMs}ms`, durable: '1m' })
  const measure = async (library: BenchLibrary) => {
    await run('bin/slip-index.cjs', '--config', library.configFile, '--once')
    const sizes = await sizesOf(tested, index, library.db)
    return [...sizes, ...(await withDaemon(library, () => measureUse(tested, index, library.db)))]
  }
  try {
    return await withFullQueue({ main }, files, measure)
  } finally {
    await tested.drop(index)
  }
}

async function withDaemon<T>({ configFile }: BenchLibrary, work: () => Promise<T>): Promise<T> {
  const daemon = new Daemon('index', configFile, [])
  try {
    return await work()
  } finally {
    daemon.kill('SIGTERM')
    await daemon.exit
  }
}

/** In turns, at rest and while everything is indexed anew: some searches, then a request, and so on. */
async function measureUse(tested: TestedEngine, index: string, db: Database): Promise<Measurement[]> {
  const ids = await idsOf(db)
  const words = wordsOf(queries)
  const idle = { searches: [] as number[], took: [] as number[], p50: [] as number[], p99: [] as number[] }
  const busy = structuredClone(idle)
  const measureInto = async (into: typeof idle, requests: number) => {
    const times: number[] = []
    const took: number[] = []
    const seen: number[] = []
    for (let request = 0; request < requests; request++) {
      for (const each of words.filter((_, query) => query % requests === request))
        times.push(await timeOf(async () => took.push(await tested.search(index, each))))
      seen.push(await untilSeen(tested, index, db, ids[request % ids.length] as string))
    }
    into.searches.push(percentile(times, 0.95))
    into.took.push(percentile(took, 0.95))
    into.p50.push(percentile(seen, 0.5))
    into.p99.push(percentile(seen, 0.99))
  }
  for (let round = 0; round < rounds; round++) {
    await untilQuiet(tested)
    await measureInto(idle, requests.idle)
    await whileReindexing(db, ids, () => measureInto(busy, requests.busy))
  }
  const seen = (
    name: keyof typeof requests,
    when: string,
    { p50, p99 }: typeof idle,
    goal = reported,
  ): Measurement => ({
    name: `request → searchable, p99 of ${requests[name]}, ${when}, ${tested.name}`,
    unit: 'ms',
    against: 'p50',
    runs: { ours: p99, against: p50 },
    goal,
  })
  return [
    {
      name: `search of three words, p95, while everything is indexed anew, ${tested.name}`,
      unit: 'ms',
      against: 'at rest',
      runs: { ours: busy.searches, against: idle.searches },
      goal: ratioAtMost(1.5),
    },
    {
      name: `search of three words, p95 as the engine tells it, while everything is indexed anew, ${tested.name}`,
      unit: 'ms',
      against: 'at rest',
      runs: { ours: busy.took, against: idle.took },
      goal: reported,
    },
    seen('idle', 'at rest', idle, valueAtMost(visibleMs + 2_000, 'ms')),
    seen('busy', 'while everything is indexed anew', busy),
  ]
}

/** Until it has merged what was written. */
async function untilQuiet(tested: TestedEngine): Promise<void> {
  for (let before = -1; tested.processorSeconds() - before > quietShare; await pause(1_000))
    before = tested.processorSeconds()
}

const idsOf = async (db: Database): Promise<string[]> =>
  (await db.query<{ htid: string }>('SELECT htid FROM slip_rights ORDER BY htid')).map(({ htid }) => htid)

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

const request = (db: Database, ids: readonly string[], lane: keyof typeof lanes) =>
  db.transaction((tx) => requestItems(tx, 'main', ids, { lane, reason: 'bench' }))

/** Milliseconds from the request of an item until a searcher sees what was claimed after it: fences are of the clock, µs. */
async function untilSeen(tested: TestedEngine, index: string, db: Database, htid: string): Promise<number> {
  const askedAt = Date.now() * 1_000
  return timeOf(async () => {
    await request(db, [htid], 'daily')
    while (((await tested.seenFence(index, htid)) ?? 0) <= askedAt) await pause(lookMs)
  })
}

/** Everything is asked for again as often as it comes to its end. */
async function whileReindexing(db: Database, ids: readonly string[], work: () => Promise<void>): Promise<void> {
  const over = new AbortController()
  const asking = (async () => {
    while (!over.signal.aborted) {
      await request(db, ids, 'bulk')
      await pause(2_000, null, { signal: over.signal }).catch(() => undefined)
    }
  })()
  try {
    await work()
  } finally {
    over.abort()
    await asking
  }
  await db.change('DELETE FROM slip_queue WHERE state = 0')
  while ((await db.query('SELECT 1 FROM slip_claim')).length > 0) await pause(lookMs)
}

async function sizesOf(tested: TestedEngine, index: string, db: Database): Promise<Measurement[]> {
  const [ledger] = await db.query<{ items: number; bytes: number; table: number }>(`
    SELECT count(*) AS items, sum(bytes)::float8 AS bytes, pg_total_relation_size('slip_indexed') AS table
    FROM slip_indexed WHERE presence = 'indexed'`)
  const { items, bytes, table } = ledger as { items: number; bytes: number; table: number }
  const disk = await tested.diskBytes(index)
  return [
    {
      name: `index on disk, ${tested.name}`,
      unit: 'MB',
      against: 'its documents',
      runs: { ours: [disk / 1e6], against: [bytes / 1e6] },
      goal: reported,
    },
    {
      name: `ledger, ${items} items, ${tested.name}`,
      unit: 'bytes an item',
      against: 'a document',
      runs: { ours: [table / items], against: [bytes / items] },
      goal: reported,
    },
  ]
}
