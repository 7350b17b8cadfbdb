import { languages } from '../languages.ts'
import type { Volume } from '../volumes.ts'
import type { RecordSource } from './record-source.ts'
import { isOpen } from './solr-record.ts'

/** A line of a hathifile: 26 columns. `rightsTime` as `YYYY-MM-DD hh:mm:ss`. */
export function hathifileLine(source: RecordSource, volume: Volume, rightsTime: string): string {
  const number = Number(source.id) % 10_000_000
  const cells = [
    volume.id,
    isOpen(volume.rights) ? 'allow' : 'deny',
    volume.rights,
    source.id,
    volume.enumcron ?? '',
    'DEMO',
    source.id,
    String(number),
    '',
    '',
    '',
    `${source.title} / ${source.statement}.`,
    `${source.publisher}, ${source.year}.`,
    'bib',
    rightsTime,
    '0',
    String(source.year),
    source.country.code,
    languages[source.language].marc,
    'BK',
    'DEMO',
    'demo',
    'demo',
    'demo-digitizer',
    'open',
    source.author,
  ]
  return cells.join('\t')
}
