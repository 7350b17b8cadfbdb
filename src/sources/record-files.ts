import { basename } from 'node:path'
import { readBytes } from './read-bytes.ts'
import { readMarc21Records } from './record-21.ts'
import { readDeletes, readRedirects } from './record-ids.ts'
import { readJsonRecords } from './record-json.ts'
import { readTarRecords } from './record-tar.ts'
import { readXmlRecords } from './record-xml.ts'
import type { RecordEvent } from './source.ts'

/**
 * Streams a file of catalogue records, `.gz` or plain, in bounded memory. What it holds is told by its name: `*delete*.txt`
 * record ids, one a line, that are gone from the catalogue; `*redirect*.txt` ids that went into others; `.xml` MARCXML; `.mrc` and
 * `.marc` MARC21; `.tar`, `.tar.gz` and `.tgz` files of these; any other JSON, each object the catalogue's document or a MARC-in-JSON record. A record with `deleted: true` (the tombstone of the
 * catalogue's Solr) or without items and with status d in its leader is gone too.
 *
 * What cannot be used is yielded as `bad`, and reading goes on with the next record or line.
 *
 * @throws SlipError SOURCE_FILE_MISSING, SOURCE_UNAVAILABLE, SOURCE_FILE_UNREADABLE (after the records before the damage).
 */
export async function* readRecordFile(path: string): AsyncGenerator<RecordEvent> {
  const isTar = /\.(tar|tar\.gz|tgz)$/.test(path)
  yield* isTar ? readTarRecords(path, readNamed) : readNamed(basename(path), path, readBytes(path))
}

function readNamed(name: string, file: string, bytes: AsyncGenerator<Buffer>): AsyncGenerator<RecordEvent> {
  if (/delete.*\.txt(\.gz)?$/.test(name)) return readDeletes(file, bytes)
  if (/redirect.*\.txt(\.gz)?$/.test(name)) return readRedirects(file, bytes)
  if (/\.xml(\.gz)?$/.test(name)) return readXmlRecords(file, bytes)
  if (/\.(mrc|marc)(\.gz)?$/.test(name)) return readMarc21Records(file, bytes)
  return readJsonRecords(file, bytes)
}
