import type { CatalogueSolr } from '../sources/catalogue-solr.ts'
import type { RecordEvent } from '../sources/source.ts'
import type { Pass } from './context.ts'
import { keepCountsOnTheWay } from './keep-counts.ts'
import type { RecordErrors } from './record-errors.ts'
import { type Prepared, prepareRecords, type RecordNews, recordIdOf, storeRecords } from './store-records.ts'

/** What a page of a catalogue's Solr is taken in with. */
export interface Taking {
  readonly pass: Pass
  readonly source: string
  readonly solr: CatalogueSolr
  readonly errors: RecordErrors
}

export interface Taken {
  readonly records: number
  /** The dates of items, YYYYMMDD. */
  readonly days: ReadonlySet<string>
}

/** What a catalogue's Solr answered, made ready for the database. */
export interface PreparedPage {
  readonly events: readonly RecordEvent[]
  readonly news: readonly RecordNews[]
  readonly prepared: Prepared
}

export function preparePage(events: readonly RecordEvent[]): PreparedPage {
  const news = events.filter((event): event is RecordNews => event.kind !== 'bad')
  return { events, news, prepared: prepareRecords(news) }
}

/**
 * Takes in what a catalogue's Solr answered. `asked`: the ids of the records it was asked for by name; what was wrong with
 * one that it has no more is over.
 */
export async function takeRecords(
  { pass, source, solr, errors }: Taking,
  { events, news, prepared }: PreparedPage,
  asked: readonly string[] = [],
): Promise<Taken> {
  const files = new Map(news.map((event) => [event.line, solr.fileOf(recordIdOf(event))]))
  const { bad: unfit, days } = await storeRecords(pass, source, prepared)
  const bad = events.filter((event) => event.kind === 'bad')
  const inRecords = unfit.map((each) => ({ ...each, file: files.get(each.line) ?? solr.url }))
  const allBad = [...bad, ...inRecords]
  await errors.read([...files.values(), ...asked.map((id) => solr.fileOf(id))], allBad)
  const tally = pass.tally.of(source)
  tally.count('seen', events.length)
  tally.addBad(allBad)
  await keepCountsOnTheWay(pass)
  return { records: news.length, days }
}
