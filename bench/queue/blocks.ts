import type { Connection } from '../../src/state/connection.ts'
import { enqueueChanged } from '../../src/state/queue/enqueue.ts'
import { merge, upsertRights } from '../../src/state/rights/upsert-rights.ts'
import { type Measurement, type Scale, valueAtLeast } from '../runner/bench.ts'
import { alternate, timed } from '../runner/runs.ts'
import { fillLedger, fillRights, firstItems, htidsOf, type Range, settleTable } from './fill.ts'
import type { Servers } from './servers.ts'
import { type BenchState, withState } from './state.ts'

const ledger = { default: 1_000_000, large: 20_000_000 }
/** As slip-enqueue and slip-rights take them. */
const enqueueBlock = 2_000
const rightsBlock = 1_000
const itemsOfRun = 20_000

/** What slip-enqueue and slip-rights do block by block, beside a large ledger. */
export function measureBlocks(servers: Servers, scale: Scale): Promise<Measurement[]> {
  const items = ledger[scale]
  return withState(servers, 'postgres', (postgres) =>
    withState(servers, 'mysql', async (mysql) => {
      for (const { db } of [postgres, mysql]) {
        await fillRights(db, firstItems(items))
        await fillLedger(db, firstItems(items))
      }
      const measure = async (name: string, side: typeof enqueueSide): Promise<Measurement> => ({
        name,
        unit: 'rows/s',
        against: 'ours on MariaDB',
        runs: await alternate({ ours: side(postgres, items), against: side(mysql, items) }, { warmUps: 1, runs: 5 }),
        goal: valueAtLeast(100_000, 'rows/s'),
      })
      return [
        await measure(`changed items enqueued, ledger of ${items}, PostgreSQL`, enqueueSide),
        await measure(`rights compared and unchanged, ${items} known, PostgreSQL`, unchangedSide),
      ]
    }),
  )
}

function enqueueSide({ db }: BenchState, items: number): () => Promise<number> {
  const next = rangesOf(items)
  return async () => {
    await db.change('DELETE FROM slip_queue')
    await settleTable(db, 'slip_queue')
    const htids = htidsOf(next())
    await db.change(`UPDATE slip_rights SET rev = rev + 1 WHERE htid BETWEEN '${htids[0]}' AND '${htids.at(-1)}'`)
    return rate(db, htids, enqueueBlock, (tx, block) =>
      enqueueChanged(tx, 'main', block, { lane: 'daily', reason: 'bench' }),
    )
  }
}

function unchangedSide({ db }: BenchState, items: number): () => Promise<number> {
  const next = rangesOf(items)
  return () =>
    rate(db, htidsOf(next()), rightsBlock, (tx, block) =>
      upsertRights(
        tx,
        block.map((htid) => ({ htid, apply: (known) => merge(known, { attr: 1 }) })),
      ),
    )
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
