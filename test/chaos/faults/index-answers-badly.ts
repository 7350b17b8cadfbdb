import { spoiledAnswers } from '../indexes/chaos-index.ts'
import type { Fault } from './fault.ts'

/** To one of the daemons the index gives answers that prove nothing: it wants fewer requests, or a proxy speaks for it. */
export const indexAnswersBadly: Fault = {
  kind: 'index-answers-badly',
  takes: ['processes'],
  lasts: [500, 4_000],
  applies: ({ daemons }) => (daemons[0]?.indexGate.spoil === null ? 'PostgreSQL is not asked over HTTP' : null),
  strike: async ({ daemons }, random) => {
    const daemon = random.pick(daemons.filter(({ stage }) => stage === 'index'))
    const how = random.pick(spoiledAnswers)
    const end = daemon.indexGate.spoil?.(how)
    return { what: `${daemon.name}, ${how}`, heal: async () => end !== undefined && end() > 0 }
  },
}
