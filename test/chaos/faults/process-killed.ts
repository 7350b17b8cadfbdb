import { always, type Fault } from './fault.ts'

/** kill -9 of a daemon; its supervisor starts it again. */
export const processKilled: Fault = {
  kind: 'process-killed',
  takes: [],
  lasts: [0, 0],
  applies: always,
  strike: async ({ daemons }, random) => {
    const daemon = random.pick(daemons)
    daemon.signal('SIGKILL')
    return { what: daemon.name, heal: async () => true }
  },
}
