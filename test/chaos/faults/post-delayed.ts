import { lease } from '../world.ts'
import { always, type Fault } from './fault.ts'

/**
 * A post is on its way for longer than the lease, and its process is stopped meanwhile: it reaches the index after
 * others have taken its items and posted them.
 */
export const postDelayed: Fault = {
  kind: 'post-delayed',
  takes: ['processes', 'index'],
  lasts: [lease + 2_000, lease * 4],
  applies: always,
  strike: async ({ daemons }, random) => {
    const daemon = random.pick(daemons.filter(({ stage }) => stage === 'index'))
    const held = await daemon.indexGate.holdAtBegin(AbortSignal.timeout(2_000))
    if (held !== null) daemon.signal('SIGSTOP')
    const heal = async () => {
      held?.release()
      if (held !== null) daemon.signal('SIGCONT')
      return held !== null
    }
    return { what: daemon.name, heal }
  },
}
