import type { Connection, Dialect } from '../../src/state/connection.ts'
import { enqueueChanged } from '../../src/state/queue/enqueue.ts'
import type { RightsContent } from '../../src/state/rights/rights-row.ts'
import { type Change, type Contribution, merge, upsertRights } from '../../src/state/rights/upsert-rights.ts'
import { type Measurement, reported, valueAtLeast } from '../runner/bench.ts'
import { inTurns, timed } from '../runner/runs.ts'
import { emptyQueue, htidsOf, type Range } from './fill.ts'
import type { BenchState } from './state.ts'

/** As slip-enqueue and slip-rights take them. */
const enqueueBlock = 2_000
const rightsBlock = 1_000
const itemsOfRun = 20_000

/** What slip-enqueue and slip-rights do block by block, beside a large ledger. */
export async function measureBlocks(
  { postgres, mysql }: Readonly<Record<Dialect, BenchState>>,
  items: number,
): Promise<Measurement[]> {
  const measure = async (
    name: string,
    side: typeof enqueueSide,
    goal = valueAtLeast(100_000, 'rows/s'),
  ): Promise<Measurement> => ({
    name,
    unit: 'rows/s',
    against: 'ours on MariaDB',
    runs: await inTurns({ ours: side(postgres, items), against: side(mysql, items) }, { warmUps: 1, runs: 5 }),
    goal,
  })
  const plain = { ours: enqueueSide(postgres, items), against: plainInsertSide(postgres, items) }
  return [
    await measure(`items read again and not enqueued, ledger of ${items}, PostgreSQL`, rereadSide),
    await measure(`changed items enqueued, ledger of ${items}, PostgreSQL`, enqueueSide),
    {
      name: `changed items enqueued, ledger of ${items}, PostgreSQL`,
      unit: 'rows/s',
      against: 'INSERT of the same rows, which looks nothing up',
      runs: await inTurns(plain, { warmUps: 1, runs: 5 }),
      goal: reported,
    },
    await measure(`rights compared and unchanged, ${items} known, PostgreSQL`, unchangedSide),
    await measure(`rights changed, ${items} known, PostgreSQL`, changedSide, reported),
  ]
}

function enqueueSide({ db }: BenchState, items: number): () => Promise<number> {
  const next = rangesOf(items)
  return async () => {
    await emptyQueue(db)
    const htids = htidsOf(next())
    await db.change(`UPDATE slip_rights SET rev = rev + 1 WHERE htid BETWEEN '${htids[0]}' AND '${htids.at(-1)}'`)
    return rate(db, htids, enqueueBlock, (tx, block) =>
      enqueueChanged(tx, 'main', block, { lane: 'daily', reason: 'bench' }),
    )
  }
}

/** The rows alone, with the indexes and checks of their table: no enqueue can be faster. */
function plainInsertSide({ db }: BenchState, items: number): () => Promise<number> {
  const next = rangesOf(items)
  const insert = `
    INSERT INTO slip_queue (target, htid, seq, lane, action, shard, rev, fence, enqueued_at, reason)
    SELECT 'main', htid, row_number() OVER (), 1, 'index', 1, 2, 1, clock_timestamp(), 'bench' FROM unnest($1::text[]) htid`
  return async () => {
    await emptyQueue(db)
    return rate(db, htidsOf(next()), enqueueBlock, (tx, block) => tx.change(insert, [block]))
  }
}

/** What the overlap of the watermark reads a second time. */
function rereadSide({ db }: BenchState, items: number): () => Promise<number> {
  const next = rangesOf(items)
  return () =>
    rate(db, htidsOf(next()), enqueueBlock, async (tx, block) => {
      const enqueued = await enqueueChanged(tx, 'main', block, { lane: 'daily', reason: 'bench' })
      if (enqueued > 0) throw new Error(`${enqueued} items were enqueued`)
    })
}

const unchangedSide = (state: BenchState, items: number) => rightsSide(state, items, 'NOOP', () => ({ attr: 1 }))

/** Another attr with each run. */
const changedSide = (state: BenchState, items: number) =>
  rightsSide(state, items, 'UPDATED', (run) => ({ attr: 100 + run }))

function rightsSide(
  { db }: BenchState,
  items: number,
  expected: Change,
  partOf: (run: number) => Partial<RightsContent>,
): () => Promise<number> {
  const next = rangesOf(items)
  let run = 0
  return () => {
    const part = partOf(++run)
    return rate(db, htidsOf(next()), rightsBlock, async (tx, block) => {
      const said = block.map((htid): Contribution => ({ htid, apply: (known) => merge(known, part) }))
      const changes = await upsertRights(tx, said)
      if ([...changes.values()].some((change) => change !== expected)) throw new Error(`not every row was ${expected}`)
    })
  }
}

/** One run's items after another's, from the first again at the end. */
function rangesOf(items: number): () => Range {
  let to = 0
  return () => {
    const from = to + itemsOfRun > items ? 1 : to + 1
    to = from + itemsOfRun - 1
    return { from, to }
  }
}

/** Items a second, each block in a transaction. */
async function rate(
  db: BenchState['db'],
  htids: readonly string[],
  size: number,
  work: (tx: Connection, block: readonly string[]) => Promise<unknown>,
): Promise<number> {
  const ms = await timed(async () => {
    for (let at = 0; at < htids.length; at += size) {
      await db.transaction((tx) => work(tx, htids.slice(at, at + size)))
    }
  })
  return (htids.length * 1_000) / ms
}
