import { always, type Fault } from './fault.ts'

/** The state database is stopped orderly and started again. */
export const databaseRestarted: Fault = {
  kind: 'database-restarted',
  takes: ['database'],
  lasts: [0, 2_000],
  applies: always,
  strike: async ({ server }) => {
    await server.stop()
    const heal = async () => {
      await server.start()
      return true
    }
    return { what: '', heal }
  },
}
