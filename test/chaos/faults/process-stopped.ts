import { inTheMiddle } from '../in-the-middle.ts'
import { lease } from '../world.ts'
import { always, type Fault } from './fault.ts'

/** SIGSTOP past the lease, then SIGCONT: what it held is others' by then. */
export const processStopped: Fault = {
  kind: 'process-stopped',
  takes: ['processes'],
  lasts: [lease + 500, lease * 2],
  applies: always,
  strike: async (world, random) => {
    const daemon = random.pick(world.daemons)
    const where = await inTheMiddle(world, daemon, random)
    daemon.signal('SIGSTOP')
    const heal = async () => {
      daemon.signal('SIGCONT')
      return true
    }
    return { what: `${daemon.name}, ${where}`, heal }
  },
}
