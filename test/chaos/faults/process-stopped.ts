import { lease } from '../world.ts'
import { always, type Fault } from './fault.ts'

/** SIGSTOP past the lease, then SIGCONT: what it held is others' by then. */
export const processStopped: Fault = {
  kind: 'process-stopped',
  takes: ['processes'],
  lasts: [lease + 500, lease * 2],
  applies: always,
  strike: async ({ daemons }, random) => {
    const daemon = random.pick(daemons)
    daemon.signal('SIGSTOP')
    const heal = async () => {
      daemon.signal('SIGCONT')
      return true
    }
    return { what: daemon.name, heal }
  },
}
