import { inTheMiddle } from '../in-the-middle.ts'
import { always, type Fault } from './fault.ts'

/** kill -9 of a daemon, mostly in the middle of its work; its supervisor starts it again. */
export const processKilled: Fault = {
  kind: 'process-killed',
  takes: [],
  lasts: [0, 0],
  applies: always,
  strike: async (world, random) => {
    const daemon = random.pick(world.daemons)
    const where = await inTheMiddle(world, daemon, random)
    daemon.signal('SIGKILL')
    return { what: `${daemon.name}, ${where}`, heal: async () => true }
  },
}
