import { along, claim, crash, move, read, reap } from './claims.ts'
import { fail, handBack, post, postOld, requestBesideSettle, settle, settleOld } from './exits.ts'
import { recheck } from './recheck.ts'
import { change, enqueue, hold, purge, release, request, retry, skip, sweep, withdraw } from './requests.ts'
import type { At } from './step.ts'
import type { World } from './world.ts'

interface Kind {
  /** How often it is drawn. */
  readonly weight: number
  /** Does it for all items whose step it is. */
  readonly act: (world: World, at: readonly At[]) => Promise<void>
}

/** In the order in which they are done when several items are at the same step. */
export const operations = {
  change: { weight: 2, act: change },
  withdraw: { weight: 1, act: withdraw },
  enqueue: { weight: 3, act: enqueue },
  sweep: { weight: 1, act: sweep },
  request: { weight: 3, act: request },
  requestBesideSettle: { weight: 2, act: requestBesideSettle },
  retry: { weight: 2, act: retry },
  skip: { weight: 1, act: skip },
  purge: { weight: 1, act: purge },
  hold: { weight: 1, act: hold },
  release: { weight: 1, act: release },
  move: { weight: 3, act: move },
  claim: { weight: 7, act: claim },
  along: { weight: 4, act: along },
  read: { weight: 5, act: read },
  post: { weight: 5, act: post },
  postOld: { weight: 1, act: postOld },
  settle: { weight: 5, act: settle },
  settleOld: { weight: 1, act: settleOld },
  fail: { weight: 3, act: fail },
  handBack: { weight: 1, act: handBack },
  crash: { weight: 1, act: crash },
  reap: { weight: 3, act: reap },
  recheck: { weight: 1, act: recheck },
} satisfies Record<string, Kind>

export type Operation = keyof typeof operations
