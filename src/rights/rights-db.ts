import { withAuthorities } from '../config/database-tls.ts'
import type { Config } from '../config/load.ts'
import { StormBrake } from '../daemon/storm-brake.ts'
import { isTime } from '../sources/foreign/times.ts'
import { itemIdProblem } from '../sources/item-id.ts'
import { RightsDb, type RightsPage, rowName } from '../sources/rights-db/rights-db.ts'
import type { RightsRow } from '../sources/source.ts'
import { filesInError, supersedeSourceErrors } from '../state/audit/source-errors.ts'
import { readWatermark } from '../state/control/watermark.ts'
import { type Contribution, merge, upsertRights } from '../state/rights/upsert-rights.ts'
import { carryOver } from './carry-over.ts'
import { isDue, type Pass, wasAsked } from './context.ts'
import { assertNoStorm, takePage, tellFollowed } from './feed-page.ts'
import { keepCountsOnTheWay } from './keep-counts.ts'
import { rightsOf } from './rights-of.ts'
import { rowErrorOf } from './row-error.ts'
import type { Tally } from './tally.ts'
import { feedName } from './watermark-names.ts'

export type RightsDbSource = Extract<Config['sources'][string], { kind: 'rights-db' }>

/**
 * Reads what changed in a rights database, once its time has come, then carries over what the records say. The feed
 * changes items that are known; of one that a record names for the first time the rights are looked up, so that it is
 * whole when it is first seen. So no row is lost that was changed before its record was loaded, or while it is. While the
 * database is away nothing is carried over: no item enters with rights that were not asked for.
 */
export async function followRightsDb(pass: Pass, source: string, settings: RightsDbSource): Promise<void> {
  const rightsDb = new RightsDb(withAuthorities(pass.config, `sources.${source}`, settings))
  try {
    if (isDue(pass, source)) {
      pass.askAt.delete(source)
      const isWhole = await new RightsFeed(pass, source, settings.table).read(rightsDb)
      if (isWhole) wasAsked(pass, source, settings.every)
    }
    await carryOver(pass, async (htids) => {
      const found = await rightsDb.lookup(htids)
      return new Map([...found].map(([htid, row]) => [htid, rightsOf(row)]))
    })
  } catch (error) {
    // asked at once when the breaker lets it: a probe that asks nothing would find nothing wrong
    pass.askAt.delete(source)
    throw error
  } finally {
    await rightsDb.close()
  }
}

/**
 * Asks the database for the rows of a source that are in error, one by one. What it has a usable row of now is over; what it
 * has none of stays. Returns how many stay.
 */
export async function rereadRightsRows(pass: Pass, source: string, settings: RightsDbSource): Promise<number> {
  const rightsDb = new RightsDb(withAuthorities(pass.config, `sources.${source}`, settings))
  try {
    const names = [...(await filesInError(pass.db, source))]
    const htids = names.map((name) => name.slice(settings.table.length + 1)).filter((id) => itemIdProblem(id) === null)
    const rows = [...(await rightsDb.lookup(htids)).values()]
    const changes = await pass.db.transaction((tx) =>
      upsertRights(tx, rows.map(contributionOf), async () => {
        for (const { htid } of rows) await supersedeSourceErrors(tx, rowName(settings.table, htid))
      }),
    )
    pass.tally.of(source).count('seen', rows.length)
    pass.tally.of(source).add(changes.values())
    return names.length - rows.length
  } finally {
    await rightsDb.close()
  }
}

class RightsFeed {
  readonly #pass: Pass
  readonly #source: string
  readonly #table: string
  readonly #name: string
  readonly #brake: StormBrake
  readonly #tally: Tally

  constructor(pass: Pass, source: string, table: string) {
    this.#pass = pass
    this.#source = source
    this.#table = table
    this.#name = feedName(source)
    this.#brake = new StormBrake(pass.config.breaker.storm)
    this.#tally = pass.tally.of(source)
  }

  /** False when it was ended before the end: the process is to stop, or another has moved the watermark. */
  async read(rightsDb: RightsDb): Promise<boolean> {
    const { db, stop } = this.#pass
    const watermark = await readWatermark(db, 'rights', this.#name)
    const inError = await filesInError(db, this.#source)
    let at = watermark
    try {
      for await (const page of rightsDb.feed(isTime(watermark) ? watermark : null)) {
        if (stop.aborted || !(await this.#take(page, at, inError))) return false
        at = page.watermark
      }
      return true
    } finally {
      tellFollowed(this.#pass, this.#source, this.#tally)
    }
  }

  /** `from`: the watermark as it was left. */
  async #take(page: RightsPage, from: string | null, inError: Set<string>): Promise<boolean> {
    const rows = page.events.filter((event) => event.kind === 'rights')
    const bad = page.events.filter((event) => event.kind === 'bad')
    this.#assertNoStorm(page)
    const mended = rows.map(({ htid }) => rowName(this.#table, htid)).filter((name) => inError.has(name))
    const step = { name: this.#name, from, to: page.watermark, cycle: page.last }
    const errors = bad.map((each) => rowErrorOf(this.#source, each))
    const changes = await takePage(this.#pass, { step, contributions: rows.map(contributionOf), errors, mended })
    if (changes === null) return false
    for (const name of mended) inError.delete(name)
    this.#tally.count('seen', page.events.length)
    this.#tally.add(changes.values())
    this.#tally.count('bad', bad.length)
    this.#tally.count('outOfScope', new Set(rows.map(({ htid }) => htid)).size - changes.size)
    await keepCountsOnTheWay(this.#pass)
    return true
  }

  #assertNoStorm({ events }: RightsPage): void {
    const problems = events.map((event) => (event.kind === 'bad' ? `${event.file}: ${event.message}` : null))
    assertNoStorm(
      this.#brake,
      problems,
      ({ failed, of }, problem) =>
        `The rights database of source ${this.#source}: ${failed} of the last ${of} rows cannot be used, the last of them ${problem}`,
    )
  }
}

const contributionOf = (row: RightsRow): Contribution => ({
  htid: row.htid,
  apply: (known) => (known === null ? null : merge(known, rightsOf(row))),
})
