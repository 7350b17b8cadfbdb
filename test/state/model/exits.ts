import { SlipError } from '../../../src/errors/slip-error.ts'
import type { AssembledDocument } from '../../../src/indexer/assemble/assemble.ts'
import type { ItemOutcome } from '../../../src/indexer/outcome.ts'
import { type Parcel, post as postParcel } from '../../../src/indexer/post.ts'
import { settleClaim, settleOutcomes } from '../../../src/indexer/settle.ts'
import type { Connection } from '../../../src/state/connection.ts'
import { noteAccepted } from '../../../src/state/control/accepted.ts'
import { requestItems } from '../../../src/state/queue/enqueue.ts'
import { document } from '../../conformance/engine/documents.ts'
import { digestOf, race } from '../fixture.ts'
import { heldBy } from './claims.ts'
import { request } from './requests.ts'
import { type At, byTarget, chance } from './step.ts'
import { type InHand, listOf, type World } from './world.ts'

/** What the engines are sent, and how claims end. */
const contextOf = ({ worker }: World) => ({
  worker,
  configDigest: 'c',
  indexer: { attempts: 2, backoff: 1_000, environmentBackoff: 1_000 } as never,
})

/** The oldest: of a worker that lost its lease, where there is one. */
const oldest = (world: World, { item, target }: At, which: (held: InHand) => boolean) =>
  world.inHand.find((held) => held.item === item && held.target === target && which(held))

const isUnanswered = (held: InHand) => held.outcome === null
const isPostable = (held: InHand) => held.read !== null && held.outcome === null
const isAnswered = (held: InHand) => held.outcome !== null

/** Of twenty posts three never arrive, and the answers of three are lost. */
export const post = (world: World, at: readonly At[]) => postSome(world, at, heldBy)
export const postOld = (world: World, at: readonly At[]) => postSome(world, at, oldest)

async function postSome(world: World, at: readonly At[], pickOf: typeof heldBy): Promise<void> {
  const some = at.flatMap((each) => {
    const held = pickOf(world, each, isPostable)
    return held === undefined ? [] : [{ held, how: each.pick % 100 }]
  })
  for (const { held } of some) held.sent = true
  await send(
    world,
    some.filter(({ how }) => how >= 15).map(({ held }) => held),
  )
  for (const { held, how } of some) if (how < 30) held.outcome = null
}

/** Posts what was read and keeps the answers. */
export async function send(world: World, some: readonly InHand[]): Promise<void> {
  for (const [target, of] of Map.groupBy(some, (held) => held.target)) {
    const parcel: Parcel = {
      documents: of
        .filter(({ claimed }) => claimed.action === 'index')
        .map((held) => ({ item: held.claimed, document: documentOf(held) })),
      removals: of
        .filter(({ claimed }) => claimed.action === 'delete')
        .map(({ claimed, fence }) => ({ item: claimed, removal: { id: claimed.htid, fence, rev: claimed.rev } })),
    }
    const answers = new Map((await postParcel(world.place(target).engine, parcel)).map((each) => [each.htid, each]))
    for (const held of of) {
      held.sent = true
      held.outcome = answers.get(held.item.htid) ?? null
    }
  }
}

function documentOf({ claimed: { htid, rev }, fence, read }: InHand): AssembledDocument {
  const made = document({ id: htid, fence, rev, title: `version ${read}` })
  const counts = { expected: 0, read: 0, empty: 0, invalidBytes: 0, cut: [] as readonly string[] }
  return {
    ...made,
    digest: digestOf(read ?? 0),
    bytes: made.json.length,
    counts,
    made: { inputs: '' },
  } as AssembledDocument
}

export const settle = (world: World, at: readonly At[]) => settleSome(world, at, heldBy)
export const settleOld = (world: World, at: readonly At[]) => settleSome(world, at, oldest)

async function settleSome(world: World, at: readonly At[], pickOf: typeof heldBy): Promise<void> {
  const some = at.flatMap((each) => pickOf(world, each, isAnswered) ?? [])
  await end(
    world,
    some.map((held) => [held, held.outcome as ItemOutcome]),
  )
}

/** An environment fault, or one of the item, which may be for good. */
export async function fail(world: World, at: readonly At[]): Promise<void> {
  const ends = at.flatMap((each): Ending[] => {
    const held = heldBy(world, each, isUnanswered)
    if (held === undefined) return []
    const code = held.sent || chance(each.pick, 40) ? 'ENGINE_UNAVAILABLE' : faultOf(each.pick)
    const { htid, attempts } = held.claimed
    const error = new SlipError(code, 'as it happens')
    const unanswered = held.sent ? (chance(each.pick, 50) ? 'alone' : 'together') : undefined
    return [[held, { kind: 'failed', htid, attempts, unproven: held.sent, error, unanswered }]]
  })
  await end(world, ends)
}

const faultOf = (pick: number) => (chance(pick, 70) ? 'METS_MISSING' : 'DOCUMENT_REJECTED')

/** The process shuts down before it has sent anything. */
export async function handBack(world: World, at: readonly At[]): Promise<void> {
  const ends = at.flatMap((each): Ending[] => {
    const held = heldBy(world, each, ({ sent }) => !sent)
    return held === undefined ? [] : [[held, { kind: 'returned', htid: held.item.htid, fence: 0 }]]
  })
  await end(world, ends)
}

type Ending = readonly [InHand, ItemOutcome]

/** What of a claim ends together ends in one transaction. */
export async function end(world: World, endings: readonly Ending[]): Promise<void> {
  for (const of of Map.groupBy(endings, ([{ claim }]) => claim).values()) {
    const [[{ claim, claimed }]] = of as [Ending]
    if (of.some(([, { kind }]) => kind === 'indexed')) await noteAccepted(world.db, claim, claimed.shard)
    await settleClaim(
      world.db,
      claim,
      of.map(([, outcome]) => outcome),
      contextOf(world),
    )
    forget(
      world,
      of.map(([held]) => held),
    )
  }
}

function forget(world: World, some: readonly InHand[]): void {
  const gone = new Set(some)
  world.inHand = world.inHand.filter((held) => !gone.has(held))
}

/**
 * Somebody asks while a settle is under way: what is then inserted was read before it. Of those that nobody is about to
 * settle it is an ordinary request.
 */
export const requestBesideSettle = (world: World, at: readonly At[]) =>
  byTarget(at, async (target, of, htids) => {
    const owned = await world.db.query<{ htid: string; token: string }>(`
      SELECT htid, claim_token AS token FROM slip_queue
      WHERE target = '${target}' AND state = 1 AND htid IN (${listOf(htids)})`)
    const tokens = new Map(owned.map(({ htid, token }) => [htid, token]))
    const isOwn = (held: InHand) => isAnswered(held) && tokens.get(held.item.htid) === held.claim.token
    const settled = of.flatMap((each) => heldBy(world, each, isOwn) ?? [])
    const items = new Set(settled.map(({ item }) => item))
    const others = of.filter(({ item }) => !items.has(item))
    if (others.length > 0) await request(world, others)
    if (settled.length === 0) return
    for (const item of items) item.version++
    const names = [...items].map(({ htid }) => htid)
    const asks = (tx: Connection) => requestItems(tx, target, names, { lane: 'ops', reason: 'asked' })
    await race(
      world.db,
      (tx) => settleAll(tx, world, settled),
      () => world.db.transaction(asks),
    )
    for (const item of items) item.asked[target] = item.version
    forget(world, settled)
  })

async function settleAll(tx: Connection, world: World, some: readonly InHand[]): Promise<void> {
  for (const [claim, of] of Map.groupBy(some, (held) => held.claim)) {
    await settleOutcomes(
      tx,
      claim,
      of.map(({ outcome }) => outcome as ItemOutcome),
      contextOf(world),
    )
  }
}
