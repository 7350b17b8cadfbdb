import fc from 'fast-check'
import { type Operation, operations } from './operations.ts'
import { type Trouble, troubles } from './troubles.ts'
import { type TargetName, targets } from './world.ts'

/** One step of an item: what is done with it in a target, and a number that decides what is left open. */
export interface Step {
  readonly operation: Operation
  readonly target: TargetName
  readonly pick: number
}

/** What befalls everything at once, before the steps of that place. */
export interface Event {
  readonly at: number
  readonly trouble: Trouble
  readonly pick: number
}

/**
 * Items that walk in step: the first steps of all, then the second ones. So one statement serves many, claims hold several
 * items, and a reaped one takes others along.
 */
export interface Walk {
  readonly items: readonly (readonly Step[])[]
  readonly events: readonly Event[]
  /** Decides at rest who sleeps long, and where new items are put. */
  readonly rest: number
}

const longest = 60
const pick = fc.nat({ max: 1_000_000 })

/** What single operations seldom do in a row, and what has lost items in other queues. */
const stories: readonly (readonly Operation[])[] = [
  // asked for while it is being read, posted or settled
  ['claim', 'read', 'request', 'post', 'settle'],
  ['claim', 'read', 'post', 'requestBesideSettle', 'claim', 'read', 'post', 'settle'],
  ['claim', 'read', 'post', 'requestBesideSettle', 'along', 'read', 'post', 'settle'],
  // a worker that lost its lease goes on
  ['claim', 'read', 'post', 'reap', 'request', 'claim', 'settleOld', 'read', 'post', 'settle'],
  ['claim', 'read', 'reap', 'change', 'enqueue', 'claim', 'read', 'post', 'settle', 'postOld'],
  // and its successor, which was asked for more, dies
  ['claim', 'read', 'post', 'reap', 'request', 'claim', 'settleOld', 'crash'],
  // a delete, and what was in somebody's hands before it
  ['claim', 'read', 'reap', 'withdraw', 'enqueue', 'claim', 'read', 'post', 'settle'],
  ['claim', 'read', 'post', 'settle', 'request', 'claim', 'read', 'post', 'settle'],
]

const steps = (kinds: readonly Operation[]) =>
  fc
    .record({ target: fc.constantFrom(...targets), picks: fc.array(pick, { minLength: 10, maxLength: 10 }) })
    .map(({ target, picks }): Step[] => kinds.map((operation, at) => ({ operation, target, pick: picks[at] ?? 0 })))

const frequencies = Object.entries(operations).map(([name, { weight }]) => ({
  weight,
  arbitrary: steps([name as Operation]),
}))
const chapter = fc.oneof(
  { weight: 12, arbitrary: fc.oneof(...frequencies) },
  { weight: 1, arbitrary: fc.constantFrom(...stories).chain(steps) },
)

const item = fc
  .array(chapter, { minLength: 5, maxLength: longest, size: 'max' })
  .map((chapters): Step[] => chapters.flat().slice(0, longest))

/**
 * Restores, each with what it needs to be one: a copy made long before, markers on both sides of it, and what a person does
 * then. It comes late and after the queue was worked
 * off, or what the items do next would make good what was lost.
 */
const plans: readonly { readonly before: readonly Trouble[]; readonly after: readonly Trouble[] }[] = [
  { before: ['mark', 'backUpState', 'mark', 'mark'], after: ['settleDown', 'restoreState', 'adopt'] },
  { before: ['backUpState'], after: ['settleDown', 'restoreStateUnnoticed', 'adopt'] },
  { before: ['mark', 'mark', 'backUpShard', 'mark'], after: ['settleDown', 'restoreShard', 'repair'] },
  { before: ['mark', 'mark'], after: ['settleDown', 'emptyShard', 'repair'] },
  { before: ['backUpShard'], after: ['settleDown', 'restoreShardUnnoticed'] },
]

const between = (min: number, max: number) => fc.integer({ min, max })
const usual = fc.array(fc.record({ at: between(0, longest), trouble: fc.constantFrom(...troubles.usual), pick }), {
  maxLength: 8,
  size: 'max',
})

const inOrder = (kinds: readonly Trouble[], min: number, max: number): fc.Arbitrary<Event[]> =>
  fc
    .record({ places: fc.array(between(min, max), { minLength: kinds.length, maxLength: kinds.length }), pick })
    .map(({ places, pick }) => {
      const sorted = places.toSorted((a, b) => a - b)
      return kinds.map((trouble, index) => ({ at: sorted[index] ?? max, trouble, pick }))
    })

const restore = fc
  .constantFrom(...plans)
  .chain(({ before, after }) => fc.tuple(inOrder(before, 5, 35), inOrder(after, 50, longest - 1)))
  .map((parts) => parts.flat())

/** Walks of up to `items` items at a time; with a restore in the midst of each, where that is wanted. */
export function walks(items: number, hasRestore = false): fc.Arbitrary<Walk> {
  const events = hasRestore ? fc.tuple(usual, restore).map((parts) => parts.flat()) : usual
  return fc.noBias(
    fc.record({
      items: fc.array(item, { minLength: 1, maxLength: items, size: 'max' }),
      events,
      rest: pick,
    }),
  )
}
