import { createHash } from 'node:crypto'
import type { SourceFile } from '../sources/file-set.ts'
import { readRecordFile } from '../sources/record-files.ts'
import { itemsOf } from '../sources/record-items.ts'
import type { Bad, CatalogueRecord, RecordEvent } from '../sources/source.ts'
import { sourceText } from '../sources/source-text.ts'
import { removeRecords, upsertRecords } from '../state/records/upsert-records.ts'
import type { Pass } from './context.ts'
import { readFiles } from './read-files.ts'

type Event = Exclude<RecordEvent, Bad>

const blockSize = 500

/** Loads the changed files of a `records` source into slip_record; their items follow by carry-over. */
export async function loadRecords(pass: Pass, source: string, patterns: readonly string[]): Promise<void> {
  const load = (events: Event[], file: SourceFile) => loadBlock(pass, source, events, file)
  await readFiles(pass, source, patterns, { read: readRecordFile, blockSize, load })
}

async function loadBlock(pass: Pass, source: string, events: readonly Event[], file: SourceFile): Promise<Bad[]> {
  const loaded = events.filter((event) => event.kind === 'record').map(loadedOf)
  const deleted = events.filter((event) => event.kind === 'delete').map((event) => event.recordId)
  const changed = await pass.db.transaction(async (tx) => {
    const ids = await upsertRecords(tx, source, loaded)
    await removeRecords(tx, deleted)
    return ids
  })
  for (const { recordId, items } of loaded) if (!changed.has(recordId)) pass.tally.counts.noop += items
  return loaded.flatMap(({ line, data, problems }) =>
    problems.map((message) => ({
      kind: 'bad' as const,
      file: file.path,
      line,
      message,
      text: sourceText(Buffer.from(data)),
    })),
  )
}

function loadedOf({ record, line }: { readonly record: CatalogueRecord; readonly line: number }) {
  const data = JSON.stringify(record)
  const digest = createHash('sha256').update(data).digest('hex').slice(0, 32)
  const { items, problems } = itemsOf(record)
  return { recordId: record.id, data, digest, items: items.length, problems, line }
}
