import { SlipError } from '../errors/slip-error.ts'
import type { CataloguePage } from '../sources/catalogue-solr.ts'
import type { RecordEvent } from '../sources/source.ts'
import { filesInError } from '../state/audit/source-errors.ts'
import type { Catalogue } from './catalogues.ts'
import type { Pass } from './context.ts'
import type { Ran } from './ran.ts'
import { RecordErrors } from './record-errors.ts'
import { preparePage, takeRecords } from './take-records.ts'

/** Ids of one question. */
const pageSize = 100

type Field = 'id' | 'ht_id'

/** The records of a catalogue's Solr that have, or name, one of some ids, a page at a time. */
async function* ask(
  { solr }: Catalogue,
  field: Field,
  ids: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly RecordEvent[]> {
  for (let from = 0; from < ids.length; from += pageSize) {
    const values = ids.slice(from, from + pageSize)
    for (let cursor: string | null = '*'; cursor !== null; ) {
      const question = { since: null, only: { field, values }, cursor, signal }
      const page: CataloguePage = await solr.page(question)
      yield page.events
      cursor = page.next
    }
  }
}

/** Reads records of a catalogue again that could not be used. */
export async function rereadBrokenRecords(pass: Pass, source: string, catalogue: Catalogue): Promise<Ran> {
  const start = catalogue.solr.fileOf('')
  const files = [...(await filesInError(pass.db, source))]
  const ids = files.filter((file) => file.startsWith(start)).map((file) => file.slice(start.length))
  const notes = ids.length < files.length ? ['of some records the id is not known: --all reads them again'] : []
  await reread(
    pass,
    source,
    catalogue,
    ids.filter((id) => id !== '?'),
  )
  const { bad } = pass.tally.of(source).counts
  return { flaw: bad > 0 ? `${bad} records or parts of them still cannot be used` : null, notes }
}

/** Reads one record again. Throws NOT_FOUND when the catalogue has none of that id. */
export async function rereadNamedRecord(pass: Pass, source: string, catalogue: Catalogue, id: string): Promise<Ran> {
  const seen = await reread(pass, source, catalogue, [id])
  if (seen === 0) throw new SlipError('NOT_FOUND', `the catalogue ${catalogue.solr.url} has no record ${id}`)
  const { bad } = pass.tally.of(source).counts
  return { flaw: bad > 0 ? `the record or a part of it cannot be used` : null, notes: [] }
}

async function reread(pass: Pass, source: string, catalogue: Catalogue, ids: readonly string[]): Promise<number> {
  const errors = await RecordErrors.of(pass, source)
  const taking = { pass, source, solr: catalogue.solr, errors }
  let seen = 0
  for (let from = 0; from < ids.length; from += pageSize) {
    const asked = ids.slice(from, from + pageSize)
    const events: RecordEvent[] = []
    for await (const page of ask(catalogue, 'id', asked, pass.stop)) events.push(...page)
    await takeRecords(taking, preparePage(events.map((event, at) => ({ ...event, line: at + 1 }))), asked)
    seen += events.length
  }
  return seen
}

/** Of these items those that some record of the catalogue names now. */
export async function namedItemsOf(
  catalogue: Catalogue,
  htids: readonly string[],
  signal: AbortSignal,
): Promise<Set<string>> {
  const named = new Set<string>()
  const wanted = new Set(htids)
  for await (const events of ask(catalogue, 'ht_id', htids, signal)) {
    for (const event of events) {
      const items = event.kind === 'record' ? (event.record.ht_id as readonly string[] | undefined) : undefined
      for (const item of items ?? []) if (wanted.has(item)) named.add(item)
    }
  }
  return named
}
