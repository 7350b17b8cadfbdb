import type { Item, TargetName } from './world.ts'

/** An item at a step. */
export interface At {
  readonly item: Item
  readonly target: TargetName
  readonly pick: number
}

/** True in so many of a hundred cases. */
export const chance = (pick: number, percent: number): boolean => pick % 100 < percent

/** One of several. */
export const oneOf = <T>(pick: number, from: readonly T[]): T | undefined =>
  from[Math.floor(pick / 100) % Math.max(1, from.length)]

/** Does something once for each target. */
export async function byTarget(
  at: readonly At[],
  act: (target: TargetName, at: readonly At[], htids: string[]) => Promise<unknown>,
): Promise<void> {
  const groups = [...Map.groupBy(at, ({ target }) => target)].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [target, of] of groups)
    await act(
      target,
      of,
      of.map(({ item }) => item.htid),
    )
}
