import { createHash } from 'node:crypto'
import type { SourceFile } from '../sources/file-set.ts'
import { readRecordFile } from '../sources/record-files.ts'
import { itemsOf } from '../sources/record-items.ts'
import type { Bad, CatalogueRecord, RecordEvent } from '../sources/source.ts'
import type { Connection } from '../state/connection.ts'
import { removeRecords, upsertRecords } from '../state/records/upsert-records.ts'
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
    await pass.db.transaction((tx) => loadBlock(tx, pass, source, block))
  }
  await pass.db.transaction(async (tx) => {
    await keepBad(tx, pass, source, file, bad)
    await markRead(tx, source, file)
  })
  pass.bus.emit('source.read', { source, file: file.path, records: read - bad.length, bad: bad.length })
}

async function loadBlock(tx: Connection, pass: Pass, source: string, block: readonly RecordEvent[]): Promise<void> {
  const records = block.filter((event) => event.kind === 'record').map((event) => event.record)
  if (records.length > 0) {
    const changed = await upsertRecords(tx, source, records.map(loadedOf))
    for (const record of records) if (!changed.has(record.id)) pass.tally.counts.noop += itemsOf(record).items.length
  }
  const deleted = block.filter((event) => event.kind === 'delete').map((event) => event.recordId)
  if (deleted.length > 0) await removeRecords(tx, deleted)
}

function loadedOf(record: CatalogueRecord) {
  const data = JSON.stringify(record)
  return { recordId: record.id, data, digest: createHash('sha256').update(data).digest('hex').slice(0, 32) }
}
