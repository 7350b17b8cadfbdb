import { ReadBounds } from '../../src/indexer/read-bounds.ts'
import { settleClaim } from '../../src/indexer/settle.ts'
import type { Claim } from '../../src/state/queue/claim.ts'
import { claimOnce } from '../../src/state/queue/claim-once.ts'
import { type BenchState, shardCount } from './state.ts'

/** What a slip-index does without the work in between: claims from the buckets in turn, and settles at once. */
export interface Drain {
  readonly batch: number
  /** Stops when so many are settled. */
  readonly items: number
  readonly lane: number
  /** Claims at a time. */
  readonly claims?: number
  /** Milliseconds each claim took are put here. */
  readonly claimTimes?: number[]
}

export const contextOf = (worker: string) => ({
  worker,
  indexer: { attempts: 1, backoff: 1_000, environmentBackoff: 30_000 } as Parameters<typeof settleClaim>[3]['indexer'],
  configDigest: 'bench',
})

/** Claims and settles; returns how many items were settled. Throws when the buckets are empty before. */
export async function drain(state: BenchState, { batch, items, lane, claims = 4, claimTimes }: Drain): Promise<number> {
  const { db, worker } = state
  const rotation = rotationOf(state, { batch, lane })
  let taken = 0
  let settled = 0
  const loop = async () => {
    while (taken < items) {
      const started = performance.now()
      const claimed = await rotation.next()
      claimTimes?.push(performance.now() - started)
      if (claimed === null) throw new Error(`the queue was empty after ${settled} items`)
      taken += claimed.items.length
      const { indexed } = await settleClaim(db, claimed, outcomesOf(claimed), contextOf(worker))
      settled += indexed
    }
  }
  await Promise.all(Array.from({ length: claims }, loop))
  return settled
}

/** Claims of one lane, its shards in turn, each with the bound a Claimer keeps. */
export function rotationOf({ db, worker }: BenchState, { batch, lane }: { batch: number; lane: number }) {
  const bounds = new ReadBounds()
  // processes that begin together do not walk in step
  let shard = process.pid % shardCount
  return {
    /** A batch, or null when no shard of the lane has a row. */
    next: async (): Promise<Claim | null> => {
      // others go on meanwhile: each looks at every shard
      const first = shard++
      for (let empty = 0; empty < shardCount; empty++) {
        const bucket = { target: 'main', lane, shard: ((first + empty) % shardCount) + 1 }
        const claimed = await bounds.claim(String(bucket.shard), (fromSeq) =>
          claimOnce(db, { bucket, worker, pid: process.pid, host: 'bench', batch, draw: bucket.shard, fromSeq }),
        )
        if (claimed.items.length > 0) return claimed
      }
      return null
    },
  }
}

/** Every item of a claim indexed. */
export const outcomesOf = ({ items }: Claim) =>
  items.map(({ htid }) => ({
    kind: 'indexed' as const,
    htid,
    settled: {
      htid,
      digest: htid.slice(4).padStart(32, '0'),
      pages: 465,
      readPages: 400,
      emptyPages: 12,
      invalidBytes: 0,
      bytes: 1_260_000,
      inputs: 'aaaaaaaa.bbbbbbbb.cccccccc.dddddddd..',
    },
  }))
