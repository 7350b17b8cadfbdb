import { createHash } from 'node:crypto'
import type { SourceFile } from '../sources/file-set.ts'
import { readRecordFile } from '../sources/record-files.ts'
import { itemsOf } from '../sources/record-items.ts'
import type { Bad, CatalogueRecord, RecordEvent } from '../sources/source.ts'
import type { Connection } from '../state/connection.ts'
import { type LoadedRecord, removeRecords, upsertRecords } from '../state/records/upsert-records.ts'
import { blocksOf } from './blocks.ts'
import { changedFiles, markRead } from './changed-files.ts'
import type { Pass } from './context.ts'
import { keepBad } from './keep-bad.ts'

const blockSize = 500

/** Loads the changed files of a `records` source into slip_record; their items follow by carry-over. */
export async function loadRecords(pass: Pass, source: string, patterns: readonly string[]): Promise<void> {
  for (const file of await changedFiles(pass.db, source, patterns, pass.config.baseDir)) {
    if (pass.stop.aborted) return
    await loadFile(pass, source, file)
  }
}

async function loadFile(pass: Pass, source: string, file: SourceFile): Promise<void> {
  const bad: Bad[] = []
  let read = 0
  for await (const block of blocksOf(readRecordFile(file.path), blockSize)) {
    if (pass.stop.aborted) return
    bad.push(...block.filter((event) => event.kind === 'bad'))
    read += block.length
    pass.tally.counts.noop += await pass.db.transaction((tx) => loadBlock(tx, source, block))
  }
  await pass.db.transaction(async (tx) => {
    await keepBad(tx, pass, source, file, bad)
    await markRead(tx, source, file)
  })
  pass.bus.emit('source.read', { source, file: file.path, records: read - bad.length, bad: bad.length })
}

/** Returns how many items the records name that did not change. */
async function loadBlock(tx: Connection, source: string, block: readonly RecordEvent[]): Promise<number> {
  const records = block.filter((event) => event.kind === 'record').map((event) => loadedOf(event.record))
  const deleted = block.filter((event) => event.kind === 'delete').map((event) => event.recordId)
  const changed = records.length === 0 ? new Set() : await upsertRecords(tx, source, records)
  if (deleted.length > 0) await removeRecords(tx, deleted)
  return records.reduce((sum, { recordId, items }) => sum + (changed.has(recordId) ? 0 : items), 0)
}

function loadedOf(record: CatalogueRecord): LoadedRecord {
  const data = JSON.stringify(record)
  const digest = createHash('sha256').update(data).digest('hex').slice(0, 32)
  return { recordId: record.id, data, digest, items: itemsOf(record).items.length }
}
