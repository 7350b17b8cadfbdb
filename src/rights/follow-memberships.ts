import { StormBrake } from '../daemon/storm-brake.ts'
import type { Said } from '../sources/memberships/memberships.ts'
import type { Bad } from '../sources/source.ts'
import { supersedeGoneFiles } from '../state/audit/source-errors.ts'
import { hasCycledWithin, readWatermark } from '../state/control/watermark.ts'
import { readMembershipDigests } from '../state/rights/membership-digests.ts'
import { type Contribution, merge } from '../state/rights/upsert-rights.ts'
import { type ComparePosition, comparePositionOf, compareText } from './compare-position.ts'
import { type Pass, wasAsked } from './context.ts'
import { assertNoStorm, takePage, tellFollowed } from './feed-page.ts'
import { keepCountsOnTheWay } from './keep-counts.ts'
import { digestPart, type FollowedSource } from './memberships.ts'
import { rowErrorOf } from './row-error.ts'
import type { Tally } from './tally.ts'
import { changesName, compareName, unread } from './watermark-names.ts'

/** Items of a page of a comparison, and pages of one pass: between passes others have their turn. */
const pageSize = 500
const pagesOfPass = 40

/**
 * Reads what changed in a source of holdings or collections, where it says so, and compares what it says of each item with
 * what was known, when that is due: nothing else finds what was removed, or changed without a word. What differs is UPDATED.
 */
export async function followMemberships(pass: Pass, followed: FollowedSource): Promise<void> {
  const { source, settings } = followed
  pass.askAt.delete(source.name)
  const following = new MembershipFeed(pass, followed)
  try {
    if ((await following.readChanges()) && (await following.compare())) wasAsked(pass, source.name, settings.every)
  } finally {
    tellFollowed(pass, source.name, pass.tally.of(source.name))
  }
}

/** Items of which a source is asked, and the step of a watermark that goes with the answer. */
interface Page {
  readonly htids: readonly string[]
  readonly bad: readonly Bad[]
  /** Items known to be as the source says count as NOOP, and are not written. */
  readonly known?: ReadonlyMap<string, string | null>
  readonly watermark: string
  readonly from: string | null
  readonly to: string
  /** The reading, or the comparison, ends with it. */
  readonly last: boolean
}

class MembershipFeed {
  readonly #pass: Pass
  readonly #followed: FollowedSource
  readonly #brake: StormBrake
  readonly #tally: Tally

  constructor(pass: Pass, followed: FollowedSource) {
    this.#pass = pass
    this.#followed = followed
    this.#brake = new StormBrake(pass.config.breaker.storm)
    this.#tally = pass.tally.of(followed.source.name)
  }

  /** False when it was ended before the end: the process is to stop, or another has moved the watermark. */
  async readChanges(): Promise<boolean> {
    const { source } = this.#followed
    const watermark = changesName(source.name)
    let from = await readWatermark(this.#pass.db, 'rights', watermark)
    const isWhole = from === null || from === unread
    const bad = new Set<string>()
    for await (const page of source.changes(from)) {
      if (this.#pass.stop.aborted) return false
      const { watermark: to, ...part } = page
      if (!(await this.#take({ ...part, watermark, from, to }))) return false
      for (const { file } of page.bad) bad.add(file)
      from = to
    }
    // whatever else was wrong with a row is over: all there are were read
    if (isWhole) await this.#pass.db.transaction((tx) => supersedeGoneFiles(tx, source.name, [...bad]))
    return true
  }

  /** False when it was ended before the end, as above, or others are to have their turn first. */
  async compare(): Promise<boolean> {
    const { db, stop } = this.#pass
    const { source, atOnce } = this.#followed
    const watermark = compareName(source.name)
    let from = await readWatermark(db, 'rights', watermark)
    let position = await this.#compareFrom(watermark, comparePositionOf(from))
    for (let pages = 0; position !== null; pages++) {
      if (stop.aborted || (pages === pagesOfPass && !atOnce)) return false
      const { large, after } = position
      const rows = await readMembershipDigests(db, source.kind, after ?? '', pageSize)
      const last = rows.length < pageSize
      const next: ComparePosition = { large, after: last ? null : (rows.at(-1)?.htid ?? '') }
      const to = compareText(next)
      const known = new Map(rows.map(({ htid, digest }) => [htid, digest]))
      if (!(await this.#take({ htids: [...known.keys()], bad: [], known, watermark, from, to, last }))) return false
      from = to
      position = last ? null : next
    }
    return true
  }

  /** Where the comparison goes on, or begins; null when none is due. */
  async #compareFrom(watermark: string, position: ComparePosition | null): Promise<ComparePosition | null> {
    const { source, settings } = this.#followed
    const large = await source.largeOnes()
    const begin = { large, after: '' }
    if (this.#followed.takeAll() || position === null) return begin
    if (position.after !== null) return position
    if (position.large !== large) return begin
    return (await hasCycledWithin(this.#pass.db, 'rights', watermark, settings.compare)) ? null : begin
  }

  /** Takes in what is said of the items of a page. False when the watermark is no more where it was left. */
  async #take(page: Page): Promise<boolean> {
    const { source } = this.#followed
    const said = await source.lookup(page.htids)
    this.#assertNoStorm(said, page.bad)
    const differing = page.htids.filter((htid) => page.known?.get(htid) !== (said.get(htid)?.digest ?? null))
    const errors = page.bad.map((each) => rowErrorOf(source.name, each))
    const { watermark: name, from, to, last: cycle } = page
    const contributions = differing.map((htid) => this.#contributionOf(htid, said.get(htid)))
    const changes = await takePage(this.#pass, { step: { name, from, to, cycle }, contributions, errors })
    if (changes === null) return false
    this.#tally.count('seen', page.htids.length + page.bad.length)
    this.#tally.add(changes.values())
    this.#tally.count('noop', page.htids.length - differing.length)
    this.#tally.count('outOfScope', differing.length - changes.size)
    const unusable = [...said.values()].filter(({ problem }) => problem !== null).length
    this.#tally.count('bad', page.bad.length + unusable)
    await keepCountsOnTheWay(this.#pass)
    return true
  }

  /** An item that no other source has named is none of ours, and what is withdrawn has no document. */
  #contributionOf(htid: string, said: Said | undefined): Contribution {
    const part = digestPart(this.#followed.source, said)
    return { htid, apply: (known) => (known === null || known.withdrawn ? null : merge(known, part)) }
  }

  #assertNoStorm(said: ReadonlyMap<string, Said>, bad: readonly Bad[]): void {
    const items = [...said].map(([htid, { problem }]) => problem && `${htid} ${problem}`)
    const rows = bad.map(({ file, message }) => `${file}: ${message}`)
    const { kind, name } = this.#followed.source
    assertNoStorm(
      this.#brake,
      [...items, ...rows],
      ({ failed, of }, problem) =>
        `The ${kind} database of source ${name}: ${failed} of the last ${of} items have rows that cannot be used, the last: ${problem}`,
    )
  }
}
