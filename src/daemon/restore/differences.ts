import { asSlipError, type SlipError } from '../../errors/slip-error.ts'
import { type Engine, type Held, mostScanned, type Unavailable } from '../../shards/engine.ts'
import { shardNumbers } from '../../shards/shard-numbers.ts'
import type { Database } from '../../state/connection.ts'
import type { Target } from '../../state/control/target.ts'
import type { Adoption } from '../../state/restore/adopt-items.ts'
import { type KnownItem, knownItems, type LedgerEntry, ledgerPage } from '../../state/restore/known-items.ts'

/** A target's engine and the database beside it. */
export interface Pair {
  readonly db: Database
  readonly engine: Engine
  readonly target: Pick<Target, 'name' | 'shards'>
}

/** A document and the shard that holds it. */
export interface Placed extends Held {
  readonly shard: number
}

export interface Page {
  /** Items looked at. */
  readonly read: number
  /** Those of which engine and ledger say different things, and which must be looked at again. */
  readonly suspects: readonly string[]
  /** Those with revision 0 in the ledger: found different before, and to be requested by the sweep. */
  readonly found: readonly string[]
  /** The last id looked at, behind which the next page starts; null = this was the last. */
  readonly last: string | null
  /** Shards that did not answer: of what may be there nothing is said. */
  readonly away: Away
}

/** Shards that do not answer, and what each said last. */
export type Away = ReadonlyMap<number, SlipError>

/**
 * Compares ledger and engine, shard by shard and in both directions, for the ids after `after`. All shards are read in
 * step, so that an item that lies in two of them is seen once with both. Throws where none answers.
 */
export async function comparePage({ db, engine, target }: Pair, after: string, limit: number): Promise<Page> {
  const ledger = await ledgerPage(db, target.name, after, limit)
  // what a shard answers beyond the last id of the page is read again with the next: not much more than its share
  const share = Math.min(Math.ceil(limit / target.shards) + 100, mostScanned)
  const { held, away } = await scanEach(engine, target, after, share)
  const full = [...held.values()].filter((rows) => rows.length >= share).map((rows) => (rows.at(-1) as Held).id)
  if (ledger.length >= limit) full.push((ledger.at(-1) as LedgerEntry).htid)
  const last = full.length === 0 ? null : full.reduce((a, b) => (a < b ? a : b))
  const isInPage = (id: string) => last === null || id <= last
  const entries = new Map(ledger.filter(({ htid }) => isInPage(htid)).map((entry) => [entry.htid, entry]))
  const documents = placed(held)
  const ids = new Set([...entries.keys(), ...[...documents.keys()].filter(isInPage)])
  const suspects = [...ids].filter((id) => {
    const ledger = entries.get(id) ?? null
    return isSeen(ledger, away) && !agree(ledger, documents.get(id) ?? [])
  })
  const found = [...entries.values()].filter(({ rev }) => rev === 0).map(({ htid }) => htid)
  return { read: ids.size, suspects: suspects.sort(), found, last, away }
}

/** Whether it is known what the engine holds of an item: its shard answers, or all do. */
const isSeen = (ledger: LedgerEntry | null, away: Away): boolean =>
  away.size === 0 || (ledger !== null && ledger.shard > 0 && !away.has(ledger.shard))

async function scanEach(engine: Engine, target: Pair['target'], after: string, share: number) {
  const held = new Map<number, readonly Held[]>()
  const away = new Map<number, SlipError>()
  await Promise.all(
    shardsOf(target).map(async (shard) => {
      try {
        held.set(shard, await engine.scan(shard, after, share))
      } catch (thrown) {
        const error = asSlipError(thrown)
        if (error.code !== 'ENGINE_UNAVAILABLE') throw error
        away.set(shard, error)
      }
    }),
  )
  const [first] = away.values()
  if (first !== undefined && held.size === 0) throw first
  return { held, away }
}

/** An item of which engine and ledger say different things. */
export interface Difference {
  readonly htid: string
  /** As read before the engine was asked. */
  readonly before: KnownItem
  readonly documents: readonly Placed[]
}

/**
 * The differences among suspects. A page is read over some time, and what changed meanwhile is no difference; so tables
 * first, then the engine by key, and the tables a last time under locks (adoptItems). Shards that are `away` are not asked.
 */
export async function lookAgain(
  { db, engine, target }: Pair,
  htids: readonly string[],
  away: Away = new Map(),
): Promise<Difference[]> {
  if (htids.length === 0) return []
  const known = await knownItems(db, target.name, htids)
  const asked = shardsOf(target).filter((shard) => !away.has(shard))
  const held = await Promise.all(asked.map(async (shard) => [shard, await engine.get(shard, htids)] as const))
  const documents = placed(new Map(held))
  return htids
    .map((htid) => ({ htid, before: known.get(htid) as KnownItem, documents: documents.get(htid) ?? [] }))
    .filter(({ before: { ledger }, documents: found }) => isSeen(ledger, away) && !agree(ledger, found))
}

const shardsOf = ({ shards }: Pair['target']) => shardNumbers(shards)

function placed(held: ReadonlyMap<number, readonly Held[]>): Map<string, Placed[]> {
  const documents = [...held].flatMap(([shard, rows]) => rows.map((row) => ({ ...row, shard })))
  return Map.groupBy(documents, ({ id }) => id)
}

/** Whether the engine holds what the ledger says, once, and with no fence that the ledger does not know. */
function agree(ledger: LedgerEntry | null, documents: readonly Placed[]): boolean {
  const [document, second] = documents
  if (document === undefined) return ledger === null || ledger.presence === 'absent'
  return second === undefined && ledger !== null && isThat(ledger, document) && document.fence <= ledger.fence
}

const isThat = ({ presence, shard, rev, digest }: LedgerEntry, document: Placed) =>
  presence === 'indexed' && shard === document.shard && rev === document.rev && digest === document.digest

/** What is to be done about a difference. */
export interface Remedy {
  readonly htid: string
  /** What the ledger is to say. */
  readonly adoption: Adoption
  /** It says so already. */
  readonly isSaid: boolean
  /** Documents in another shard than the ledger's, to be removed once the ledger knows their fences. */
  readonly strays: readonly Placed[]
  /** The document of an item without rights: nothing says what it should be. */
  readonly unowned: Placed | null
}

/**
 * The shard is the ledger's where that holds the item, for it is kept for life; else that of the document with the
 * highest fence. rev 0 is what no rights row has: the sweep requests the item anew.
 */
export function remedyOf({ htid, before, documents }: Difference): Remedy {
  const { ledger } = before
  const home =
    documents.find(({ shard }) => shard === ledger?.shard) ?? [...documents].sort((a, b) => b.fence - a.fence)[0]
  const fence = Math.max(ledger?.fence ?? 0, ...documents.map((document) => document.fence))
  const truth = truthOf(ledger, home, fence)
  const isSaid =
    ledger !== null && Object.entries(truth).every(([key, value]) => ledger[key as keyof LedgerEntry] === value)
  return {
    htid,
    adoption: { htid, before, ledger: truth },
    isSaid,
    strays: documents.filter((document) => document !== home),
    unowned: before.hasRights ? null : (home ?? null),
  }
}

function truthOf(ledger: LedgerEntry | null, home: Placed | undefined, fence: number): Adoption['ledger'] {
  if (home === undefined) return { shard: ledger?.shard ?? 0, rev: 0, fence, presence: 'absent', digest: null }
  const { shard, digest } = home
  if (ledger !== null && isThat(ledger, home)) return { shard, rev: home.rev, fence, presence: 'indexed', digest }
  return { shard, rev: 0, fence, presence: 'indexed', digest }
}

/**
 * Removes exactly the documents that were seen: with their own fence, which anything written since is above. The queue
 * cannot say this, for its row means the ledger's shard. Answers which are gone, and why those are there yet whose shard did
 * not answer.
 */
export async function removeSeen(engine: Engine, documents: readonly Placed[]) {
  const removed = new Set<Placed>()
  const away = new Map<number, Unavailable>()
  for (const [shard, some] of Map.groupBy(documents, (document) => document.shard))
    for (const [at, outcome] of (await engine.remove(shard, some)).entries()) {
      if (outcome.kind === 'done') removed.add(some[at] as Placed)
      if (outcome.kind === 'unavailable') away.set(shard, outcome)
    }
  return { removed, away }
}
