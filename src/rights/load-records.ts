import type { SourceFile } from '../sources/file-set.ts'
import { readRecordFile } from '../sources/record-files.ts'
import type { Pass } from './context.ts'
import type { FileReader } from './file-reading.ts'
import { readFiles } from './read-files.ts'
import { prepareRecords, type RecordNews, recordIdOf, storeRecords } from './store-records.ts'

const blockSize = 500

/** Loads the changed files of a `records` source into slip_record; their items follow by carry-over. */
export async function loadRecords(pass: Pass, source: string, patterns: readonly string[]): Promise<void> {
  await readFiles(pass, source, patterns, recordReader(pass, source))
}

/** By the fields that grow with what a record names. */
function weigh(event: RecordNews): number {
  if (event.kind !== 'record') return 0
  const { fullrecord, ht_json, ht_id, ht_id_display } = event.record
  return [fullrecord, ht_json, ht_id, ht_id_display].reduce<number>((sum, value) => sum + sizeOf(value), 0)
}

const sizeOf = (value: unknown): number =>
  typeof value === 'string' ? value.length : Array.isArray(value) ? value.reduce((sum, one) => sum + sizeOf(one), 0) : 0

export function recordReader(pass: Pass, source: string): FileReader<RecordNews> {
  const load = async (events: RecordNews[], { path: file }: SourceFile) =>
    (await storeRecords(pass, source, prepareRecords(events))).bad.map((bad) => ({ ...bad, file }))
  return { read: readRecordFile, blockSize, weigh, load, about: recordIdOf }
}
