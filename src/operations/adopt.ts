import { setTimeout as after } from 'node:timers/promises'
import { compareShards, type Finding, recordFindings } from '../daemon/restore/compare-shards.ts'
import {
  comparePage,
  type Difference,
  lookAgain,
  type Pair,
  type Placed,
  type Remedy,
  remedyOf,
  removeSeen,
} from '../daemon/restore/differences.ts'
import { SlipError } from '../errors/slip-error.ts'
import { shardNumbers } from '../shards/shard-numbers.ts'
import { beginSweepAnew } from '../state/audit/sweep.ts'
import type { Target } from '../state/control/target.ts'
import { reap } from '../state/queue/reap.ts'
import { type Adoption, adoptItems } from '../state/restore/adopt-items.ts'
import { knownItems } from '../state/restore/known-items.ts'
import { setAdopted } from '../state/restore/shard-state.ts'

export interface AdoptOptions {
  /** Compares and writes nothing. */
  readonly dryRun: boolean
  /** Removes documents of items that have no rights; else they are listed only. */
  readonly removeUnowned: boolean
  readonly onPage?: (items: number) => void
  /** Told of each document without a rights row as it is found: after a restore that may be many, and none is kept. */
  readonly onUnowned?: (htid: string) => void
}

export interface Adopted {
  /** Items compared. */
  readonly items: number
  /** The engine holds something else than the ledger said: indexed again by the sweep, or removed. */
  readonly differing: number
  /** The ledger said indexed and the engine holds nothing: indexed again by the sweep. */
  readonly missing: number
  /** Found by an adopt that was broken off, or by the scan, and not requested since: indexed again by the sweep, or removed. */
  readonly found: number
  /** Engine and ledger agree, and the ledger knew a lower fence only. */
  readonly raised: number
  /** Documents in a second shard, removed. */
  readonly strays: number
  /** Documents without a rights row. */
  readonly unowned: number
  /** Ids whose claim did not end while they were waited for; the shards stay as they are. */
  readonly busy: readonly string[]
  /** What is still ahead when all was compared. */
  readonly ahead: readonly Finding[]
}

const pageSize = 2_000
const waitMs = 1_000

/**
 * Makes the ledger of a target say what its shards hold, after the database was set back, and opens those that were ahead.
 * Safe beside running daemons and beside itself, and to be broken off and done again: each item is written under its
 * row locks, if nothing happened to it since it was read. Items that are claimed are waited for; the reaper's work is done
 * here too, for no daemon need run. What differed is requested by the sweep, which begins anew at once.
 */
export async function adopt(
  pair: Pair & { readonly target: Pick<Target, 'name' | 'shards' | 'lease'> },
  options: AdoptOptions,
): Promise<Adopted> {
  const { db, target } = pair
  const seen = await seenNow(pair)
  const run = new Adoptions(pair, options)
  let items = 0
  for (let page = '', isLast = false; !isLast; ) {
    const { read, suspects, found, last, away } = await comparePage(pair, page, pageSize)
    for (const error of away.values()) throw error
    await run.countFound(found)
    await run.treat(suspects)
    items += read
    options.onPage?.(items)
    page = last ?? ''
    isLast = last === null
  }
  if (!options.dryRun) await run.wait(2 * target.lease)
  const totals = run.totals(items)
  // rows that now have rev 0 would wait for the next pass of the sweep
  if (!options.dryRun && totals.differing + totals.missing + totals.found > 0)
    await db.transaction((tx) => beginSweepAnew(tx, target.name))
  if (options.dryRun || totals.busy.length > 0) return { ...totals, ahead: [] }
  await db.transaction(async (tx) => {
    for (const { shard, ...known } of seen) await setAdopted(tx, target.name, shard, known)
  })
  const { findings, away } = await compareShards(pair)
  for (const error of away.values()) throw error
  const ahead = findings.filter(({ kind }) => kind === 'ahead')
  await db.transaction((tx) => recordFindings(tx, target.name, ahead))
  return { ...totals, ahead }
}

/** What the shards hold before anything is compared: what comes later is not adopted unseen. */
function seenNow({ engine, target }: Pair) {
  const shards = shardNumbers(target.shards)
  return Promise.all(
    shards.map(async (shard) => ({
      shard,
      fence: (await engine.highestFence(shard))?.fence ?? 0,
      marker: await engine.marker(shard),
    })),
  )
}

/** The items of one adopt, page by page. */
class Adoptions {
  readonly #pair: Pair
  readonly #options: AdoptOptions
  readonly #counts = { differing: 0, missing: 0, found: 0, raised: 0, strays: 0, unowned: 0 }
  #busy: string[] = []

  constructor(pair: Pair, options: AdoptOptions) {
    this.#pair = pair
    this.#options = options
  }

  totals(items: number): Omit<Adopted, 'ahead'> {
    return { items, ...this.#counts, busy: this.#busy }
  }

  /** Of those of revision 0 those that the sweep will request: without rights it does not, and what is queued is requested. */
  async countFound(htids: readonly string[]): Promise<void> {
    const { db, target } = this.#pair
    if (htids.length === 0) return
    const known = await knownItems(db, target.name, htids)
    this.#counts.found += [...known.values()].filter(({ queue, hasRights }) => hasRights && queue === null).length
  }

  async treat(suspects: readonly string[]): Promise<void> {
    const { db, target } = this.#pair
    const differences = (await lookAgain(this.#pair, suspects)).filter((each) => !isOnItsWay(each))
    const plans = differences.map((difference) => this.#plan(remedyOf(difference)))
    const open = plans.flatMap(({ adoption }) => adoption ?? [])
    const done = this.#options.dryRun
      ? new Set(open.map(({ htid }) => htid))
      : await db.transaction((tx) => adoptItems(tx, target.name, open))
    const settled = plans.filter(({ adoption }) => adoption === null || done.has(adoption.htid))
    const removals = settled.flatMap((plan) => plan.removals)
    const removed = this.#options.dryRun ? new Set(removals) : await this.#remove(removals)
    for (const plan of settled) this.#count(plan, removed)
    this.#busy.push(...open.map(({ htid }) => htid).filter((htid) => !done.has(htid)))
  }

  /** Looks again at what is claimed or has changed, until it is no more or `mostMs` have passed. */
  async wait(mostMs: number): Promise<void> {
    const until = performance.now() + mostMs
    while (this.#busy.length > 0 && performance.now() < until) {
      await this.#pair.db.transaction((tx) => reap(tx, 100))
      const again = this.#busy
      this.#busy = []
      for (let at = 0; at < again.length; at += pageSize) await this.treat(again.slice(at, at + pageSize))
      if (this.#busy.length > 0) await after(waitMs)
    }
  }

  /** Throws ENGINE_UNAVAILABLE where a shard did not answer: run again, an adopt finds what is there yet. */
  async #remove(documents: readonly Placed[]): Promise<ReadonlySet<Placed>> {
    const { engine, target } = this.#pair
    const { removed, away } = await removeSeen(engine, documents)
    for (const [shard, { message }] of away)
      throw new SlipError('ENGINE_UNAVAILABLE', message, { place: { target: target.name, shard } })
    return removed
  }

  #plan(remedy: Remedy): Plan {
    const { adoption, isSaid, strays, unowned } = remedy
    if (unowned === null || !this.#options.removeUnowned)
      return { remedy, adoption: isSaid ? null : adoption, removals: strays }
    const gone = { ...adoption, ledger: { ...adoption.ledger, rev: 0, presence: 'absent' as const, digest: null } }
    return { remedy, adoption: gone, removals: [...strays, unowned] }
  }

  #count({ remedy, adoption }: Plan, removed: ReadonlySet<Placed>): void {
    this.#counts.strays += remedy.strays.filter((stray) => removed.has(stray)).length
    if (remedy.unowned !== null) {
      this.#counts.unowned++
      this.#options.onUnowned?.(remedy.htid)
    }
    if (adoption === null) return
    if (adoption.ledger.rev > 0) this.#counts.raised++
    else this.#counts[remedy.adoption.ledger.presence === 'absent' ? 'missing' : 'differing']++
  }
}

interface Plan {
  readonly remedy: Remedy
  /** null = the ledger says so already. */
  readonly adoption: Adoption | null
  readonly removals: readonly Placed[]
}

/** The engine lacks it, and it is queued: its claim will see to it. */
const isOnItsWay = ({ before, documents }: Difference): boolean => documents.length === 0 && before.queue !== null
