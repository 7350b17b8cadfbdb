import type { Code } from '../errors/codes.ts'
import type { SourceCounts } from './source-counts.ts'

/** What ended a daemon, as slipctl tells an error; the stack only of a defect. */
interface Failure {
  readonly code: Code
  readonly message: string
  readonly place: object
  readonly advice: string
  readonly stack?: string
}

/** Every event a daemon or a command emits. Logging and progress only subscribe; nothing depends on being heard. */
export interface Events {
  'daemon.started': { worker: string; version: string }
  'daemon.ready': Record<never, never>
  'daemon.waiting': { code: Code; message: string; place: object; seconds: number }
  /** No obstacle, but something the operator should know. */
  'daemon.warning': { message: string }
  'daemon.paused': { scope: string; name: string; reason: string }
  'daemon.resumed': Record<never, never>
  /** Others took it for dead: it was silent for a lease. */
  'daemon.expired': Record<never, never>
  'daemon.stopping': { reason: string }
  /** Without a code it ended as it was asked to; with one, for the sake of that error. */
  'daemon.stopped': { exitCode: number } & (Failure | { code?: undefined })
  /** Suspended for all: it failed too often. */
  'breaker.opened': { kind: string; name: string; reason: string }
  'breaker.probe-failed': { kind: string; name: string; reason: string }
  'breaker.closed': { kind: string; name: string }
  'chore.done': { chore: string; rows: number }
  /** Of what a chore asks of each shard also where it goes on without one: the place names the shard. */
  'chore.failed': { chore: string; code: Code; message: string; place: object }
  'source.read': { source: string; file: string; records: number; bad: number }
  'source.followed': { source: string } & Omit<SourceCounts, 'forced'>
  'rights.pass': SourceCounts
  /** Of what a person named to be forced. */
  'rights.not-forced': { items: readonly { id: string; line?: number; why: string }[] }
  'enqueue.block': { target: string; read: number; enqueued: number; watermark: string }
  /** A whole sweep found nothing to enqueue, and its lane bulk is empty. */
  'target.live': { target: string }
  'target.retired': { target: string }
  'enqueue.sweep': { target: string; read: number; enqueued: number; whole: boolean }
  'index.claimed': { target: string; lane: number; shard: number; items: number; token: string }
  /** What a server answered to a parcel of a claim; milliseconds since it was sent. */
  'index.posted': { target: string; shard: number; documents: number; bytes: number; milliseconds: number }
  'index.batch': {
    target: string
    lane: number
    shard: number
    claimed: number
    indexed: number
    deleted: number
    errors: number
    delayed: number
    returned: number
    fencedOut: number
    pages: number
    bytes: number
    milliseconds: number
  }
  'index.item-failed': { target: string; htid: string; code: Code; message: string; place: object; delayed: boolean }
  /** Values longer than an engine can match as they are were cut; fields of text that hold the same have them whole. */
  'index.values-cut': { target: string; htid: string; fields: readonly string[] }
  'index.stale-refused': { target: string; htid: string; shard: number; ours: number; theirs: number }
  'index.unbalanced': { target: string; token: string; claimed: number; accounted: number }
  /** The database is older than the shard: nothing is claimed for it until it is adopted. */
  'shard.ahead': { target: string; shard: number; reason: string }
  /** The shard was set back or emptied: it gets no new items until it is repaired. */
  'shard.behind': { target: string; shard: number; reason: string }
  /** The shard reached a limit of the configuration: it gets no new items until it has room again. */
  'shard.full': { target: string; shard: number; reason: string }
  'shard.roomy': { target: string; shard: number }
  /** The rolling scan found what engine and ledger tell differently; `first` is an example. */
  'shard.scanned': { target: string; corrected: number; strays: number; withoutRights: number; first: string }
  /** The engine did not hold what the ledger says of items that left the queue unproven or were deleted; asked for anew. */
  'recheck.wrong': { target: string; items: number; first: string }
  'lease.lost': { token: string; items: number }
}

export type EventName = keyof Events
