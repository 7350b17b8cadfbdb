/**
 * Posting and removing. Solr compares the fence of each document with what it holds (DocBasedVersionConstraints) and
 * refuses what is not newer, the same fence included, with 409; the first refusal ends the request, and what came before
 * it is written. So after a refusal the request goes once through a chain that tolerates errors. Its answer is no proof
 * either way – it lists errors without a code, and a full disk among them – so every id is read back by key, and what is
 * still open is sent alone, where the status says what is the matter. A removal with a document's own fence, of one that was
 * seen where it should not be, is written on condition of its version.
 */
import { z } from 'zod'
import type { Outcome, Unavailable } from '../engine.ts'
import { isDiskFull, unavailableBy, withoutSuspects } from '../http/unavailable.ts'
import { acknowledged, isFault, isStatus, type SolrRefusal, sentenceOf } from './answers.ts'
import type { Chains } from './chains.ts'
import { type Core, TooFewReplicas } from './core.ts'
import type { Cores } from './cores.ts'
import type { Doubts } from './doubts.ts'
import { type ReadBack, readBack } from './read-back.ts'
import { askCore, isOtherSchema, updatePath } from './request.ts'
import { readVersioned } from './versioned.ts'

/** What becomes of one id. */
export interface Write {
  readonly id: string
  readonly fence: number
  /** The document, in parts; null = its removal. */
  readonly json: readonly Buffer[] | null
}

/** Documents, or removals that have the same fence. */
type Writes = readonly [Write, ...Write[]]

const done: Outcome = { kind: 'done' }

/** The shard that is written to. */
export interface WrittenShard {
  readonly cores: Cores
  readonly chains: Chains
  readonly doubts: Doubts
  readonly target: string
  readonly shard: number
  readonly minReplicas: number
  /** Told when a request of several was refused for its size. */
  readonly tooLarge?: (() => void) | undefined
}

/** Writes to a shard, an outcome for each in order. Throws nothing that a document, Solr or a connection does. */
export async function writeAll(shard: WrittenShard, writes: readonly Write[]): Promise<Outcome[]> {
  const outcomes = new Map<Write, Outcome>()
  for (const group of Map.groupBy(writes, ({ json, fence }) => (json === null ? fence : null)).values()) {
    const written = await writeGroup(shard, group as unknown as Writes)
    for (const [index, one] of group.entries()) outcomes.set(one, written[index] as Outcome)
  }
  // the leader may be another by now, or the core elsewhere
  if ([...outcomes.values()].some(({ kind }) => kind === 'unavailable')) shard.cores.forget(shard.shard)
  return writes.map((one) => outcomes.get(one) as Outcome)
}

async function writeGroup(shard: WrittenShard, writes: Writes): Promise<Outcome[]> {
  let core: Core
  try {
    core = await shard.cores.of(shard.shard)
  } catch (error) {
    // it was not found where to send them
    return writes.map(() => withoutSuspects(unavailable(shard, error)))
  }
  try {
    const minReplicas = core.route === null ? 1 : shard.minReplicas
    return await write({ ...shard, core, minReplicas }, writes)
  } catch (error) {
    return writes.map(() => unavailable(shard, error))
  }
}

interface Found extends WrittenShard {
  readonly core: Core
}

async function write(shard: Found, writes: Writes): Promise<Outcome[]> {
  try {
    await send(shard, shard.chains.strict, writes)
    return writes.map(() => done)
  } catch (error) {
    if (!blamesContent(error)) throw error
    if (writes.length === 1) return [await judge(shard, writes[0], error)]
    if (error.status === 413) shard.tooLarge?.()
    return decide(shard, writes)
  }
}

const blamesContent = (error: unknown): error is SolrRefusal => isStatus(error, 400, 409, 413) && !isOtherSchema(error)

/** One refused, and who knows which: what is proven of each, and what is open alone. */
async function decide(shard: Found, writes: Writes): Promise<Outcome[]> {
  try {
    await send(shard, shard.chains.tolerant, writes)
  } catch (error) {
    // what cannot be read as JSON, or is too large, ends this request, too
    if (!blamesContent(error)) throw error
  }
  const held = await heldBy(shard, [...new Set(writes.map(({ id }) => id))])
  const outcomes: Outcome[] = []
  // after one that could not be sent alone no other is, or a server that hangs would be waited for by each
  let last: Unavailable | null = null
  for (const one of writes) {
    const sure = proven(shard, one, held.get(one.id))
    const outcome: Outcome = sure ?? (last === null ? await writeAlone(shard, one) : withoutSuspects(last))
    if (sure === null && outcome.kind === 'unavailable') last = outcome
    outcomes.push(outcome)
  }
  return outcomes
}

async function writeAlone(shard: Found, one: Write): Promise<Outcome> {
  try {
    const [outcome] = await write(shard, [one])
    return outcome as Outcome
  } catch (error) {
    return unavailable(shard, error)
  }
}

/** What the refusal of a single document or removal means. */
async function judge(shard: Found, one: Write, refusal: SolrRefusal): Promise<Outcome> {
  if (refusal.status !== 409 && one.json !== null) return { kind: 'rejected', message: refusal.words }
  const held = (await heldBy(shard, [one.id])).get(one.id)
  const isSeen = held !== undefined && isThatWhichIsToGo(one, held)
  return (isSeen ? await removeSeen(shard, one) : proven(shard, one, held)) ?? unavailable(shard, refusal)
}

/** A removal with a document's own fence means that very document. */
const isThatWhichIsToGo = ({ fence, json }: Write, held: ReadBack): boolean =>
  json === null && held.fence === fence && !held.isTombstone

const seenFields = z.object({ fence: z.number().optional(), tombstone: z.boolean().optional() })

/**
 * Puts a tombstone in its place. The chain that compares fences wants a greater one, so it goes through that which compares
 * none, on condition of the version that was read: what is written meanwhile stays.
 */
async function removeSeen(shard: Found, one: Write): Promise<Outcome | null> {
  const { id, fence } = one
  await afterAnswer(async () => {
    const found = await readVersioned(shard.core, id, seenFields)
    if (found === null || found.doc.fence !== fence || found.doc.tombstone) return
    const tombstone = `{"id":${JSON.stringify(id)},"fence":${fence},"tombstone":true,"_version_":${found.version}}`
    try {
      await send(shard, shard.chains.marker, [{ id, fence, json: [Buffer.from(tombstone)] }])
    } catch (error) {
      if (!isStatus(error, 409)) throw error
    }
  })
  return proven(shard, one, (await heldBy(shard, [id])).get(id))
}

/** What the shard holds of ids, and surely keeps. */
function heldBy({ core, minReplicas, doubts }: Found, ids: readonly string[]): Promise<Map<string, ReadBack>> {
  return afterAnswer(async () => {
    await doubts.settle(core)
    return readBack(core, ids, minReplicas)
  })
}

/** What is certain of an id by what the core holds; null when it holds neither this write nor a newer one. */
function proven(shard: Found, one: Write, held: ReadBack | undefined): Outcome | null {
  const { fence, json } = one
  if (held === undefined || held.fence < fence || isThatWhichIsToGo(one, held)) return null
  if (held.fence !== fence || held.isTombstone !== (json === null)) return { kind: 'stale', fence: held.fence }
  const { minReplicas: wanted } = shard
  return held.copies >= wanted ? done : unavailable(shard, new TooFewReplicas(shard.core, held.copies, wanted))
}

/** What went wrong once a write had been answered: whatever it carried did not break that. */
class AfterAnswer extends Error {
  override readonly name = 'AfterAnswer'
}

const afterAnswer = <T>(ask: () => Promise<T>): Promise<T> =>
  ask().catch((cause: unknown) => {
    throw new AfterAnswer('after the answer', { cause })
  })

function unavailable(shard: WrittenShard, error: unknown): Unavailable {
  return error instanceof AfterAnswer ? withoutSuspects(byFault(shard, error.cause)) : byFault(shard, error)
}

function byFault({ target, shard }: WrittenShard, error: unknown): Unavailable {
  if (!isFault(error)) throw error
  const other = isOtherSchema(error) ? '; the core is of another target or schema' : ''
  const outcome = unavailableBy(error, `target ${target}, shard ${shard}, ${sentenceOf(error)}${other}`)
  return isStatus(error, 500) && isDiskFull(error.words) ? withoutSuspects(outcome) : outcome
}

async function send({ core, minReplicas, doubts }: Found, chain: string, writes: Writes): Promise<void> {
  const [first] = writes
  // the version of a removal is a parameter of the request
  const path = updatePath(core, chain, first.json === null ? { fence: String(first.fence) } : {})
  const update = { path, body: bodyOf(writes), type: 'application/json' }
  const { responseHeader } = await askCore(core, update, acknowledged).catch((error: unknown) => {
    doubts.raise(core, error)
    throw error
  })
  await afterAnswer(() => doubts.settle(core))
  const copies = responseHeader.rf ?? minReplicas
  if (copies < minReplicas) throw new TooFewReplicas(core, copies, minReplicas)
}

function bodyOf(writes: Writes): Buffer[] {
  if (writes[0].json === null) return [Buffer.from(JSON.stringify({ delete: writes.map(({ id }) => id) }))]
  const documents = writes.flatMap(({ json }) => [comma, ...(json ?? [])])
  return [Buffer.from('['), ...documents.slice(1), Buffer.from(']')]
}

const comma = Buffer.from(',')
