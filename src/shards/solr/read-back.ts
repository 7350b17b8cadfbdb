import { isFault } from './answers.ts'
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
    ...others.map((replica) => readHeld(replica, ids).catch(noneWhereAway)),
  ])
  return new Map(
    [...leader.values()].map((held) => {
      const same = answers.filter((answer) => isSame(held, answer.get(held.id)))
      return [held.id, { ...held, copies: 1 + same.length }]
    }),
  )
}

/** A removal may have the fence of the document that it removes. */
const isSame = (held: HeldDocument, other: HeldDocument | undefined): boolean =>
  other?.fence === held.fence && other.isTombstone === held.isTombstone

function noneWhereAway(error: unknown): Map<string, HeldDocument> {
  if (!isFault(error)) throw error
  return new Map()
}
