import { StormBrake } from '../daemon/storm-brake.ts'
import { SlipError } from '../errors/slip-error.ts'
import { databaseClock } from '../state/clock.ts'
import { advanceWatermark, readWatermark } from '../state/control/watermark.ts'
import { heldBack } from './blocks.ts'
import type { Catalogue } from './catalogues.ts'
import { type Pass, wasAsked } from './context.ts'
import {
  afterReading,
  type FeedPosition,
  type FeedReading,
  laterDay,
  newestDay,
  nextReading,
  positionOf,
  textOf,
} from './feed-position.ts'
import { RecordErrors } from './record-errors.ts'
import { type PreparedPage, preparePage, takeRecords } from './take-records.ts'
import { feedName, fullName } from './watermark-names.ts'

/**
 * Reads what changed in a catalogue's Solr, or all of it, into slip_record; the items follow by carry-over. After each page
 * its watermark says where, so that what was broken off goes on there. A watermark that a person or another process has
 * moved meanwhile ends the pass. True when it was read to its end.
 */
export async function loadCatalogue(pass: Pass, source: string, catalogue: Catalogue): Promise<boolean> {
  const name = catalogue.all ? fullName(source) : feedName(source)
  const text = await readWatermark(pass.db, 'rights', name)
  const today = (await databaseClock(pass.db)).slice(0, 10).replaceAll('-', '')
  const position = positionOf(text)
  const reading = nextReading(position, today, catalogue.settings.lagDays, catalogue.all)
  const errors = await RecordErrors.of(pass, source)
  const feed = new FeedPass(pass, { source, name }, catalogue, errors)
  const end = await feed.run(text, { ...position, reading })
  if (end === 'stopped') return false
  catalogue.wasRead()
  wasAsked(pass, source, catalogue.settings.period)
  pass.bus.emit('source.read', { source, file: catalogue.solr.url, records: feed.records, bad: errors.bad })
  return end === 'whole'
}

interface FeedPage extends PreparedPage {
  readonly next: string | null
}

class FeedPass {
  records = 0
  readonly #pass: Pass
  readonly #source: string
  /** Of its watermark. */
  readonly #name: string
  readonly #catalogue: Catalogue
  readonly #errors: RecordErrors
  readonly #brake: StormBrake

  constructor(
    pass: Pass,
    { source, name }: { readonly source: string; readonly name: string },
    catalogue: Catalogue,
    errors: RecordErrors,
  ) {
    this.#pass = pass
    this.#source = source
    this.#name = name
    this.#catalogue = catalogue
    this.#errors = errors
    this.#brake = new StormBrake(pass.config.breaker.storm)
  }

  /** `text`: the watermark as it was read. `stopped`: the process is to stop before the end. */
  async run(text: string | null, { newest, reading: begun }: FeedPosition): Promise<'whole' | 'moved' | 'stopped'> {
    if (begun === null) return 'whole'
    const { solr } = this.#catalogue
    const isWhole = begun.since === null && begun.cursor === '*'
    let reading = begun
    let asked = this.#ask(reading).catch((error: unknown) => this.#giveUpCursor(text, begun.cursor, error))
    for (let at = text; ; ) {
      const page = await asked
      if (page === null) return 'stopped'
      // the next one comes, and is made ready, while this one is taken in
      if (page.next !== null) asked = heldBack(this.#ask({ ...reading, cursor: page.next }))
      // what another reader, or a person, moved it for is newer than this page
      if ((await readWatermark(this.#pass.db, 'rights', this.#name)) !== at) return this.#wasMoved()
      const seen = newestDay(await this.#take(page), reading.startedOn)
      reading = { ...reading, newest: laterDay(reading.newest, seen), cursor: page.next ?? reading.cursor }
      const isLast = page.next === null
      if (isLast) await this.#errors.end(solr.url, isWhole)
      const to = textOf(isLast ? afterReading({ newest, reading }, reading) : { newest, reading })
      if (!(await this.#advance(at, to, isLast))) return this.#wasMoved()
      if (isLast) return 'whole'
      at = to
    }
  }

  #wasMoved(): 'moved' {
    const message = `the watermark rights ${this.#name} was moved while it was read: this reading ended there`
    this.#pass.bus.emit('daemon.warning', { message })
    return 'moved'
  }

  /** A page; null when the process is to stop. */
  async #ask({ since, cursor }: Pick<FeedReading, 'since' | 'cursor'>): Promise<FeedPage | null> {
    const { stop } = this.#pass
    if (stop.aborted) return null
    try {
      const { events, next } = await this.#catalogue.solr.page({ since, cursor, signal: stop })
      return { ...preparePage(events), next }
    } catch (error) {
      if (stop.aborted) return null
      throw error
    }
  }

  /** A pass that was broken off and whose cursor Solr no more takes, for the core is another, is begun anew by the next. */
  async #giveUpCursor(at: string | null, cursor: string, error: unknown): Promise<never> {
    const isRefused = error instanceof SlipError && error.place.status === 400
    if (isRefused && cursor !== '*') await this.#advance(at, textOf({ ...positionOf(at), reading: null }), false)
    throw error
  }

  /** Returns the dates of its items. */
  async #take(page: FeedPage): Promise<ReadonlySet<string>> {
    const { solr } = this.#catalogue
    const taking = { pass: this.#pass, source: this.#source, solr, errors: this.#errors }
    const { records, days } = await takeRecords(taking, page)
    this.records += records
    for (const event of page.events) this.#brake.add(event.kind === 'bad' ? 'SOURCE_RECORD_INVALID' : null)
    const storm = this.#brake.storm()
    if (storm === null) return days
    const message = `${solr.url}: ${storm.failed} of the last ${storm.of} records cannot be used: the reading ended there`
    throw new SlipError('SOURCE_ANSWER_INVALID', message, { place: { url: solr.url } })
  }

  #advance(from: string | null, to: string, cycle: boolean): Promise<boolean> {
    const step = { stage: 'rights', name: this.#name, from, to, cycle }
    return this.#pass.db.transaction((tx) => advanceWatermark(tx, step))
  }
}
