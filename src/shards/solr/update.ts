/**
 * Posting and removing. Solr compares the fence of each document with what it holds (DocBasedVersionConstraints) and
 * refuses what is not newer, the same fence included, with 409; the first refusal ends the request, and what came before
 * it is written. So after a refusal the request goes once through a chain that tolerates errors. Its answer is no proof
 * either way – it lists errors without a code, and a full disk among them – so every id is read back by key, and what is
 * still open is sent alone, where the status says what is the matter.
 */
import type { Outcome } from '../engine.ts'
import { isFault, isStatus, type SolrRefusal, sentenceOf } from './answers.ts'
import type { Chains } from './chains.ts'
import type { Core } from './core.ts'
import type { Cores } from './cores.ts'
import { type HeldDocument, readHeld } from './held.ts'
import { askCore, isOtherSchema } from './request.ts'

/** What becomes of one id. */
export interface Write {
  readonly id: string
  readonly fence: number
  /** The document; null = its removal. */
  readonly json: Buffer | null
}

/** Documents, or removals that have the same fence. */
type Writes = readonly [Write, ...Write[]]

const done: Outcome = { kind: 'done' }

/** Writes to a shard, an outcome for each in order. Throws nothing that a document, Solr or a connection does. */
export async function writeAll(
  cores: Cores,
  chains: Chains,
  shard: number,
  writes: readonly Write[],
): Promise<Outcome[]> {
  const outcomes = new Map<Write, Outcome>()
  for (const group of Map.groupBy(writes, ({ json, fence }) => (json === null ? fence : null)).values()) {
    const written = await writeGroup(cores, chains, shard, group as unknown as Writes)
    for (const [index, one] of group.entries()) outcomes.set(one, written[index] as Outcome)
  }
  // the leader may be another by now, or the core elsewhere
  if ([...outcomes.values()].some(({ kind }) => kind === 'unavailable')) cores.forget()
  return writes.map((one) => outcomes.get(one) as Outcome)
}

async function writeGroup(cores: Cores, chains: Chains, shard: number, writes: Writes): Promise<Outcome[]> {
  try {
    return await write(await cores.of(shard), chains, writes)
  } catch (error) {
    return writes.map(() => unavailable(error))
  }
}

async function write(core: Core, chains: Chains, writes: Writes): Promise<Outcome[]> {
  try {
    await send(core, chains.strict, writes)
    return writes.map(() => done)
  } catch (error) {
    const alone = writes.length === 1
    if (!isStatus(error, 400, 409, 413) || isOtherSchema(error)) throw error
    if (alone) return [await judge(core, writes[0], error)]
    return error.status === 413 ? eachAlone(core, chains, writes) : decide(core, chains, writes)
  }
}

/** One refused, and who knows which: what is proven of each, and what is open alone. */
async function decide(core: Core, chains: Chains, writes: Writes): Promise<Outcome[]> {
  await send(core, chains.tolerant, writes)
  const held = await readHeld(core, [...new Set(writes.map(({ id }) => id))])
  return eachAlone(core, chains, writes, (one) => proven(one, held.get(one.id)))
}

/** One after the other, but those of which the outcome is known; one that cannot be sent keeps no other from it. */
async function eachAlone(
  core: Core,
  chains: Chains,
  writes: Writes,
  known: (one: Write) => Outcome | null = () => null,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const one of writes) outcomes.push(known(one) ?? (await writeAlone(core, chains, one)))
  return outcomes
}

async function writeAlone(core: Core, chains: Chains, one: Write): Promise<Outcome> {
  try {
    const [outcome] = await write(core, chains, [one])
    return outcome as Outcome
  } catch (error) {
    return unavailable(error)
  }
}

/** What the refusal of a single document or removal means. */
async function judge(core: Core, one: Write, refusal: SolrRefusal): Promise<Outcome> {
  if (refusal.status !== 409 && one.json !== null) return { kind: 'rejected', message: refusal.words }
  const held = (await readHeld(core, [one.id])).get(one.id)
  return proven(one, held) ?? unavailable(refusal)
}

/** What is certain of an id by what the core holds; null when it holds neither this write nor a newer one. */
function proven({ fence, json }: Write, held: HeldDocument | undefined): Outcome | null {
  if (held === undefined || held.fence < fence) return null
  if (held.fence === fence && held.isTombstone === (json === null)) return done
  return { kind: 'stale', fence: held.fence }
}

function unavailable(error: unknown): Outcome {
  if (!isFault(error)) throw error
  const sentence = sentenceOf(error)
  return {
    kind: 'unavailable',
    message: isOtherSchema(error) ? `${sentence}; the core is of another target or schema` : sentence,
  }
}

async function send(core: Core, chain: string, writes: Writes): Promise<void> {
  const [first] = writes
  const parameters = new URLSearchParams({ 'update.chain': chain, wt: 'json' })
  if (core.route !== null) parameters.set('_route_', core.route)
  // the version of a removal is a parameter of the request
  if (first.json === null) parameters.set('fence', String(first.fence))
  const path = `/update?${parameters}`
  await askCore(core, { path, body: bodyOf(writes), type: 'application/json' })
}

function bodyOf(writes: Writes): Buffer[] {
  if (writes[0].json === null) return [Buffer.from(JSON.stringify({ delete: writes.map(({ id }) => id) }))]
  const documents = writes.flatMap(({ json }) => [comma, json as Buffer])
  return [Buffer.from('['), ...documents.slice(1), Buffer.from(']')]
}

const comma = Buffer.from(',')
