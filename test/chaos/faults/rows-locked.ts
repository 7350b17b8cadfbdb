import { always, type Fault } from './fault.ts'

const tables = ['slip_queue', 'slip_indexed', 'slip_rights', 'slip_claim', 'slip_worker', 'slip_duty', 'slip_errors']

/** Somebody's transaction holds row locks, at times for longer than the daemons wait. */
export const rowsLocked: Fault = {
  kind: 'rows-locked',
  takes: ['locks', 'database'],
  lasts: [1_000, 7_000],
  applies: always,
  strike: async ({ state }, random) => {
    const table = random.pick(tables)
    const over = Promise.withResolvers<void>()
    const locked = Promise.withResolvers<number>()
    let healed = false
    const holding = state.db
      .transaction(async (tx) => {
        if (healed) return
        locked.resolve((await tx.query(`SELECT 1 FROM ${table} FOR UPDATE`)).length)
        await over.promise
      })
      .catch(() => undefined)
      .finally(() => locked.resolve(0))
    const rows = await locked.promise
    const heal = async () => {
      healed = true
      over.resolve()
      await holding
      return rows > 0
    }
    return { what: `${rows} rows of ${table}`, heal }
  },
}
