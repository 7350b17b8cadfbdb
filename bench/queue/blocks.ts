import type { Connection, Dialect } from '../../src/state/connection.ts'
import { enqueueChanged } from '../../src/state/queue/enqueue.ts'
import { merge, upsertRights } from '../../src/state/rights/upsert-rights.ts'
import { type Measurement, type Scale, valueAtLeast } from '../runner/bench.ts'
import { alternate, timed } from '../runner/runs.ts'
import { fillLedger, fillRights, firstItems, htidsOf, settleTable } from './fill.ts'
import type { Servers } from './servers.ts'
import { withState } from './state.ts'

const ledger = { default: 1_000_000, large: 20_000_000 }
const block = 1_000
const blocksOfRun = 20

/** What slip-enqueue and slip-rights do in blocks of a thousand, beside a large ledger. */
export async function measureBlocks(servers: Servers, scale: Scale): Promise<Measurement[]> {
  const items = ledger[scale]
  const sides: Record<string, Record<Dialect, () => Promise<number>>> = {}
  return withState(servers, 'postgres', (postgres) =>
    withState(servers, 'mysql', async (mysql) => {
      for (const [dialect, { db }] of Object.entries({ postgres, mysql }) as [Dialect, typeof postgres][]) {
        await fillRights(db, firstItems(items))
        await fillLedger(db, firstItems(items))
        const { enqueue, noop } = workOn(db, items)
        sides.enqueued = { ...sides.enqueued, [dialect]: enqueue } as Record<Dialect, () => Promise<number>>
        sides.same = { ...sides.same, [dialect]: noop } as Record<Dialect, () => Promise<number>>
      }
      const measure = async (name: string, which: string): Promise<Measurement> => {
        const { postgres: ours, mysql: against } = sides[which]!
        const runs = await alternate({ ours, against }, { warmUps: 1, runs: 5 })
        return { name, unit: 'rows/s', against: 'ours on MariaDB', runs, goal: valueAtLeast(100_000, 'rows/s') }
      }
      return [
        await measure(`changed items enqueued, ledger of ${items}, PostgreSQL`, 'enqueued'),
        await measure(`rights compared and unchanged, ${items} known, PostgreSQL`, 'same'),
      ]
    }),
  )
}

function workOn(db: Parameters<typeof settleTable>[0] & { transaction: TransactionOf }, items: number) {
  let from = 1
  const next = () => {
    const range = { from, to: from + block * blocksOfRun - 1 }
    from = range.to + 1 > items - block * blocksOfRun ? 1 : range.to + 1
    return range
  }
  const inBlocks = async (
    htids: readonly string[],
    work: (tx: Connection, block: readonly string[]) => Promise<unknown>,
  ) => {
    for (let at = 0; at < htids.length; at += block) {
      await db.transaction((tx) => work(tx, htids.slice(at, at + block)))
    }
  }
  const rate = async (htids: readonly string[], work: (tx: Connection, block: readonly string[]) => Promise<unknown>) =>
    htids.length / ((await timed(() => inBlocks(htids, work))) / 1_000)
  return {
    enqueue: async () => {
      await db.change('DELETE FROM slip_queue')
      await settleTable(db, 'slip_queue')
      const range = next()
      const htids = htidsOf(range)
      await db.change(`UPDATE slip_rights SET rev = rev + 1 WHERE htid BETWEEN '${htids[0]}' AND '${htids.at(-1)}'`)
      return rate(htids, (tx, some) => enqueueChanged(tx, 'main', some, { lane: 'daily', reason: 'bench' }))
    },
    noop: () =>
      rate(htidsOf(next()), (tx, some) =>
        upsertRights(
          tx,
          some.map((htid) => ({ htid, apply: (known) => merge(known, { attr: 1 }) })),
        ),
      ),
  }
}

type TransactionOf = <T>(work: (tx: Connection) => Promise<T>) => Promise<T>
