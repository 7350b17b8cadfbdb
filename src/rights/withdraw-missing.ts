import { SlipError } from '../errors/slip-error.ts'
import { databaseClock } from '../state/clock.ts'
import type { Connection } from '../state/connection.ts'
import { forgetSeen, type JudgedItem, judgePage } from '../state/records/seen-records.ts'
import { carryAgain, removeUnchanged } from '../state/records/upsert-records.ts'
import { merge, upsertRights } from '../state/rights/upsert-rights.ts'
import type { Pass } from './context.ts'
import { keepCounts } from './keep-counts.ts'

const pageSize = 1_000

/** What a pass over all of a source found missing. */
export interface Missing {
  /** Items of the source that are not withdrawn; the missing ones are among them. */
  readonly items: number
  readonly missing: number
  readonly withdrawn: number
}

export interface WithdrawOptions {
  /** Withdraw more than the ceiling lets go. */
  readonly yes: boolean
  /** Count only. */
  readonly dryRun: boolean
  /** Of these items those that the source names after all, asked once more. */
  readonly named?: (htids: readonly string[]) => Promise<ReadonlySet<string>>
}

/**
 * Reads all of a source by `read`, which says why it did not see all that it names, then withdraws the items that vanished
 * from it. Nothing is withdrawn after a pass that was broken off, had records or item ids that cannot be read, or saw no item. What came
 * or changed while it was read stays. A process that dies on the way has withdrawn a part of what is missing.
 *
 * `carry`: carries over what was loaded.
 *
 * @throws SlipError PASS_INCOMPLETE, WITHDRAW_CEILING
 */
export async function withdrawMissing(
  pass: Pass,
  source: string,
  options: WithdrawOptions,
  read: (pass: Pass) => Promise<string | null>,
  carry: () => Promise<void>,
): Promise<Missing> {
  const { db } = pass
  await forgetSeen(db, source)
  const since = await databaseClock(db)
  const flaw = await read({ ...pass, census: source })
  if (flaw !== null || pass.stop.aborted)
    throw new SlipError('PASS_INCOMPLETE', `nothing of source ${source} is withdrawn: ${flaw ?? 'it was stopped'}`)
  await carry()
  const census = new Census(pass, source, since, options)
  const found = await census.count()
  await carry()
  if (options.dryRun) return { ...found, withdrawn: 0 }
  census.check(found)
  const withdrawn = found.missing === 0 ? 0 : await census.withdraw()
  await forgetSeen(db, source)
  return { ...found, withdrawn }
}

class Census {
  readonly #pass: Pass
  readonly #source: string
  readonly #since: string
  readonly #options: WithdrawOptions

  constructor(pass: Pass, source: string, since: string, options: WithdrawOptions) {
    this.#pass = pass
    this.#source = source
    this.#since = since
    this.#options = options
  }

  /**
   * Items that another record names than the one they belong to, which was not seen, are carried over to that one first:
   * the end of their old record would take them along.
   */
  async count(): Promise<{ items: number; missing: number }> {
    let [items, missing] = [0, 0]
    for await (const page of this.#pages()) {
      items += page.length
      missing += (await this.#missingOf(page)).length
      const orphans = page.filter(({ recordIsMissing, namedBy }) => recordIsMissing && namedBy !== null)
      const owners = [...new Set(orphans.flatMap(({ namedBy }) => namedBy ?? []))]
      if (owners.length > 0 && !this.#options.dryRun)
        await this.#pass.db.transaction((tx) => carryAgain(tx, owners.sort()))
    }
    return { items, missing }
  }

  check({ items, missing }: { readonly items: number; readonly missing: number }): void {
    const ceiling = this.#pass.config.rights.withdrawCeiling
    if (items > 0 && missing === items)
      throw new SlipError(
        'PASS_INCOMPLETE',
        `nothing of source ${this.#source} is withdrawn: it names no item any more`,
      )
    if (missing <= ceiling * items || this.#options.yes) return
    const share = `${missing} of ${items} items of source ${this.#source} are missing`
    throw new SlipError(
      'WITHDRAW_CEILING',
      `${share}, more than rights.withdrawCeiling (${ceiling}); none was withdrawn`,
    )
  }

  async withdraw(): Promise<number> {
    const { db, tally, stop } = this.#pass
    let withdrawn = 0
    for await (const page of this.#pages()) {
      const missing = await this.#missingOf(page)
      if (missing.length === 0) continue
      const changes = await db.transaction((tx) => withdrawAll(tx, missing))
      withdrawn += changes.length
      tally.of(this.#source).add(changes)
      await keepCounts(this.#pass)
      if (stop.aborted)
        throw new SlipError(
          'PASS_INCOMPLETE',
          `stopped after ${withdrawn} items of source ${this.#source} were withdrawn`,
        )
    }
    return withdrawn
  }

  async *#pages(): AsyncGenerator<readonly JudgedItem[]> {
    for (let after: string | null = ''; after !== null; ) {
      const page: { after: string; size: number; since: string } = { after, size: pageSize, since: this.#since }
      const { items, last } = await judgePage(this.#pass.db, this.#source, page)
      yield items
      after = last
    }
  }

  async #missingOf(page: readonly JudgedItem[]): Promise<JudgedItem[]> {
    const missing = page.filter(({ isMissing }) => isMissing)
    if (missing.length === 0) return missing
    const named = await this.#options.named?.(missing.map(({ htid }) => htid))
    return missing.filter(({ htid }) => !named?.has(htid))
  }
}

/**
 * The records that were not seen are gone, so that they come back with their items when the source has them again; what is
 * missing of a record that was seen is withdrawn alone. What changed since it was judged is left alone.
 */
async function withdrawAll(tx: Connection, missing: readonly JudgedItem[]) {
  const gone = missing.filter(({ recordIsMissing }) => recordIsMissing)
  await removeUnchanged(tx, new Map(gone.map(({ recordId, digest }) => [recordId, digest])))
  const changes = await upsertRights(
    tx,
    missing.map(({ htid, rev, recordId }) => ({
      htid,
      apply: (known) => (known?.rev === rev && known.recordId === recordId ? merge(known, { withdrawn: true }) : null),
    })),
  )
  return [...changes.values()]
}
