import type { Dialect } from '../../src/state/connection.ts'
import { groupErrors } from '../../src/state/statistics/error-groups.ts'
import { type Measurement, reported, type Scale, valueAtMost } from '../runner/bench.ts'
import { inTurns, timed } from '../runner/runs.ts'
import { fillErrors, fillQueue, firstItems } from './fill.ts'
import type { Servers } from './servers.ts'
import { withState } from './state.ts'

const errors = { default: 200_000, large: 1_000_000 }
const views = ['slip_oldest', 'slip_stuck', 'slip_error_groups'] as const

/** The views people look at while it runs, read whole. */
export function measureViews(servers: Servers, scale: Scale): Promise<Measurement[]> {
  const rows = errors[scale]
  return withState(servers, 'postgres', (postgres) =>
    withState(servers, 'mysql', async (mysql) => {
      const grouping: Record<Dialect, number> = { postgres: 0, mysql: 0 }
      for (const { db } of [postgres, mysql]) {
        await fillQueue(db, firstItems(rows), { lane: 1 })
        await fillErrors(db, firstItems(rows))
        grouping[db.dialect] = await timed(() => db.transaction((tx) => groupErrors(tx)))
      }
      const measured: Measurement[] = []
      for (const view of views) {
        const read =
          ({ db }: typeof postgres) =>
          async () =>
            timed(() => db.query(`SELECT * FROM ${view}`))
        measured.push({
          name: `${view}, ${rows} ready rows and ${rows} unresolved errors, PostgreSQL`,
          unit: 'ms',
          against: 'ours on MariaDB',
          runs: await inTurns({ ours: read(postgres), against: read(mysql) }, { warmUps: 1, runs: 5 }),
          goal: valueAtMost(200, 'ms'),
        })
      }
      const name = `the sampler groups ${rows} unresolved errors, PostgreSQL`
      const runs = { ours: [grouping.postgres], against: [grouping.mysql] }
      return [...measured, { name, unit: 'ms', against: 'ours on MariaDB', runs, goal: reported }]
    }),
  )
}
