import { always, type Fault } from './fault.ts'

/** kill -9 of the server of the index. */
export const indexKilled: Fault = {
  kind: 'index-killed',
  takes: ['index'],
  lasts: [0, 2_000],
  applies: always,
  strike: async ({ indexServer }) => {
    await indexServer.kill()
    const heal = async () => {
      await indexServer.start()
      return true
    }
    return { what: '', heal }
  },
}
