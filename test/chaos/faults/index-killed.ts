import { always, type Fault } from './fault.ts'

/** kill -9 of the server of the index, or of a node of its cluster. */
export const indexKilled: Fault = {
  kind: 'index-killed',
  takes: ['index'],
  lasts: [0, 2_000],
  applies: always,
  strike: async ({ index }) => {
    await index.kill()
    const heal = async () => {
      await index.start()
      return true
    }
    return { what: '', heal }
  },
}
