import { hathifileLine } from './catalogue/hathifile-line.ts'
import type { RecordSource } from './catalogue/record-source.ts'
import { records } from './catalogue/records.ts'
import { deletedRecords, finalRecordOf, secondDayRecords } from './catalogue/second-day.ts'
import { solrRecord } from './catalogue/solr-record.ts'
import { expected } from './expected.ts'
import { volumeFiles } from './volume/volume-files.ts'
import { firstDay, secondDay, type Volume } from './volumes.ts'

const firstRights = '2025-12-20 04:00:00'
const secondRights = '2026-01-02 04:00:00'

/** Rights that change on day 2, in the hathifile alone. */
const newRights: Readonly<Record<string, string>> = {
  'demo1.rights_closed_day2': 'ic',
  'demo1.rights_opened_day2': 'pd',
}

/** Every file of the sample library: path below `library/` → bytes. */
export function libraryFiles(): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (const volume of firstDay) addVolume(files, 'day-1/pairtree', volume, false)
  for (const volume of secondDay) addVolume(files, 'day-2/pairtree', volume, false)
  for (const volume of firstDay.filter((volume) => expected.troubles.has(volume.id))) {
    addVolume(files, 'corrected/pairtree', volume, true)
  }
  const today = new Map(firstDay.map((volume) => [volume.id, volume]))
  files.set('day-1/catalogue/records_20260101.ndjson', ndjson(records, today))
  files.set('day-1/rights/hathi_full_20260101.txt', hathifile(records, today, [...today.keys()], firstRights))

  const tomorrow = new Map([...firstDay, ...secondDay].map((volume) => [volume.id, volume]))
  for (const [id, rights] of Object.entries(newRights)) tomorrow.set(id, { ...tomorrow.get(id)!, rights })
  const touched = ['demo1.moved_day2', 'demo1.new_day2', ...Object.keys(newRights)]
  files.set('day-2/catalogue/records_20260102.ndjson', ndjson(secondDayRecords, tomorrow))
  files.set('day-2/catalogue/records_20260102_delete.txt', lines(deletedRecords))
  files.set(
    'day-2/rights/hathi_upd_20260102.txt',
    hathifile([...secondDayRecords, ...records], tomorrow, touched, secondRights),
  )
  files.set('expected.json', Buffer.from(`${JSON.stringify(expected.report(), null, 2)}\n`))
  return files
}

function addVolume(files: Map<string, Buffer>, root: string, volume: Volume, whole: boolean): void {
  const record = finalRecordOf(volume.id)
  const title = {
    title: record.originalTitle ?? record.title,
    author: record.author.replace(/, \d{4}-.*$/, ''),
    imprint: `${record.place}, ${record.publisher}, ${record.year}`,
  }
  const { folder, files: own } = volumeFiles(volume, title, whole)
  for (const [name, bytes] of own) files.set(`${root}/${folder}/${name}`, bytes)
}

function ndjson(sources: readonly RecordSource[], volumes: ReadonlyMap<string, Volume>): Buffer {
  return lines(sources.map((source) => JSON.stringify(solrRecord(source, volumesOf(source, volumes)))))
}

function volumesOf(source: RecordSource, volumes: ReadonlyMap<string, Volume>): Volume[] {
  return source.items.map((id) => volumes.get(id)!)
}

function hathifile(
  sources: readonly RecordSource[],
  volumes: ReadonlyMap<string, Volume>,
  ids: readonly string[],
  time: string,
): Buffer {
  const sourceOf = (id: string): RecordSource => sources.find((source) => source.items.includes(id))!
  return lines(ids.map((id) => hathifileLine(sourceOf(id), volumes.get(id)!, time)))
}

function lines(texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\n`).join(''))
}
