import type { Random } from '../../../samples/random.ts'
import type { World } from '../world.ts'

/** What a fault takes for itself while it lasts: two faults of one thing follow each other. */
export type Thing = 'database' | 'index' | 'repository' | 'processes' | 'host clocks' | 'locks'

export interface Struck {
  /** What it came to, for the printed schedule. */
  readonly what: string
  /** Ends it. False = it found no occasion and did nothing. */
  heal(): Promise<boolean>
}

/** One kind of fault; one file each. */
export interface Fault {
  readonly kind: string
  readonly takes: readonly Thing[]
  /** How long it lasts at least and at most, milliseconds. */
  readonly lasts: readonly [number, number]
  /** Null, or why it cannot be made on this machine. */
  applies(world: World): string | null
  strike(world: World, random: Random): Promise<Struck>
}

/** For faults that every machine can make. */
export const always = () => null
