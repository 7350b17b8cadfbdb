import { hash } from 'node:crypto'
import { inMember } from '../sources/record-events.ts'
import { itemsOf } from '../sources/record-items.ts'
import type { Bad, Deletion, RecordEvent } from '../sources/source.ts'
import { sourceText } from '../sources/source-text.ts'
import { recordsOfSource } from '../state/records/find-records.ts'
import { noteSeen } from '../state/records/seen-records.ts'
import { removeRecords, upsertRecords } from '../state/records/upsert-records.ts'
import type { Pass } from './context.ts'

/** Records, and ids of records that are gone. */
export type RecordNews = Exclude<RecordEvent, Bad>

export interface Stored {
  /** What in the records cannot be used, at the line of its record. */
  readonly bad: readonly Omit<Bad, 'file'>[]
  /** The dates of their items, YYYYMMDD. */
  readonly days: ReadonlySet<string>
}

/** What is told of records, made ready for the database. */
export type Prepared = ReturnType<typeof prepareRecords>

/** Makes ready for `storeRecords` what needs no database. Of a record told twice the last counts. */
export function prepareRecords(events: readonly RecordNews[]) {
  const loaded = events.filter((event) => event.kind === 'record').map(loadedOf)
  const last = new Map(events.map((event) => [recordIdOf(event), event]))
  const deletions = [...last.values()].filter((event) => event.kind === 'delete')
  const guessed = deletions.filter(({ identifier }) => identifier !== undefined)
  const told = deletions.filter(({ identifier }) => identifier === undefined)
  return { loaded, deleted: told.map(recordIdOf), guessed }
}

export const recordIdOf = (event: RecordNews): string => (event.kind === 'record' ? event.record.id : event.recordId)

/** Puts a block of records into slip_record; their items follow by carry-over. */
export async function storeRecords(pass: Pass, source: string, { loaded, ...gone }: Prepared): Promise<Stored> {
  const { changed, unknown } = await pass.db.transaction(async (tx) => {
    const ids = await upsertRecords(tx, source, loaded)
    const known = await recordsOfSource(tx, source, gone.guessed.map(recordIdOf))
    const deleted = [...gone.deleted, ...known]
    await removeRecords(tx, deleted)
    if (pass.census === source) {
      const there = new Map(loaded.map((record) => [record.recordId, record]))
      for (const id of deleted) there.delete(id)
      await noteSeen(tx, source, [...there.values()], deleted)
    }
    return { changed: ids, unknown: gone.guessed.filter(({ recordId }) => !known.has(recordId)) }
  })
  for (const { recordId, items } of loaded) if (!changed.has(recordId)) pass.tally.of(source).count('noop', items)
  const bad = loaded.flatMap(({ line, data, problems, member }) =>
    problems.map((note) =>
      inMember({ kind: 'bad' as const, line, ...note, text: sourceText(Buffer.from(data)) }, member),
    ),
  )
  return { bad: [...bad, ...unknown.map(unknownDeletion)], days: new Set(loaded.flatMap(({ days }) => [...days])) }
}

function unknownDeletion({ line, identifier = '', member }: Deletion) {
  const named = JSON.stringify(identifier.slice(0, 300))
  const message = `The record ${named} is deleted, and no record of the source is known by its last part.`
  const text = identifier.slice(0, 4_000)
  return inMember({ kind: 'bad' as const, line, message, text, part: 'detail' as const }, member)
}

function loadedOf({ record, line, member }: Extract<RecordEvent, { kind: 'record' }>) {
  const data = JSON.stringify(record)
  const digest = hash('sha256', data).slice(0, 32)
  const { items, problems } = itemsOf(record)
  const days = new Set(items.flatMap(({ updateDate }) => updateDate ?? []))
  const htids = items.map(({ htid }) => htid)
  return { recordId: record.id, data, digest, items: items.length, htids, problems, line, member, days }
}
