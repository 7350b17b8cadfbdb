import type { DrawableShard } from '../shards/draw.ts'
import type { Claim } from '../state/queue/claim.ts'

/** What may be worked on now, beside what is paused. */
export interface Openness {
  /** Whether a breaker suspends a shard. */
  readonly suspended: (shard: number) => boolean
  /** Whether a shard has more to do than it can for now. */
  readonly busy: (shard: number) => boolean
  /** Shards of which it is not known whether the database is older than they are. */
  readonly uncompared: ReadonlySet<number>
  /** The repository cannot be read: deletes only, which need none. */
  readonly deletesOnly: boolean
  /** One shard, to try it out. */
  readonly only?: number
}

/** A shard drawn for new items, and out of which. */
export interface Drawn {
  readonly shard: number
  readonly from: readonly DrawableShard[]
}

/** What another target has claimed. */
export interface Lead {
  readonly htids: readonly string[]
  /** Null where it had no new items. */
  readonly drawn: Drawn | null
}

/** Of a claim the items whose document another target can have as well: one with a waiver is made otherwise. */
export const leadOf = ({ items }: Claim, drawn: Drawn | null): Lead => ({
  htids: items.filter(({ action, waived }) => action === 'index' && waived === null).map(({ htid }) => htid),
  drawn,
})

/** What the worker has under way beside: a suspect is claimed by itself. */
export interface UnderWay {
  /** Whether there is anything, of the target or of any. */
  readonly isDry: (target?: string) => boolean
  /** Waits until there is nothing, or for long enough: one that hangs is not to keep all else. Whether there is nothing. */
  readonly runDrySoon: () => Promise<boolean>
}
