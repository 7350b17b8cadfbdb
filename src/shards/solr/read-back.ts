import type { Core } from './core.ts'
import { type HeldDocument, readHeld } from './held.ts'

/** What the leader holds, and how many replicas hold the same, itself included. */
export interface ReadBack extends HeldDocument {
  readonly copies: number
}

/** Reads ids back, from so many replicas as must have them; one that does not answer has none. */
export async function readBack(core: Core, ids: readonly string[], wanted: number): Promise<Map<string, ReadBack>> {
  const others = wanted > 1 ? core.replicas : []
  const [leader, ...answers] = await Promise.all([
    readHeld(core, ids),
    ...others.map((replica) => readHeld(replica, ids).catch(() => new Map<string, HeldDocument>())),
  ])
  return new Map(
    [...leader.values()].map((held) => {
      const same = answers.filter((answer) => answer.get(held.id)?.fence === held.fence)
      return [held.id, { ...held, copies: 1 + same.length }]
    }),
  )
}
