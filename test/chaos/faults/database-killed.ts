import { always, type Fault } from './fault.ts'

/** kill -9 of the state database; what it said it committed is there when it has recovered. */
export const databaseKilled: Fault = {
  kind: 'database-killed',
  takes: ['database'],
  lasts: [0, 2_000],
  applies: always,
  strike: async ({ server }) => {
    await server.kill()
    const heal = async () => {
      await server.start()
      return true
    }
    return { what: '', heal }
  },
}
