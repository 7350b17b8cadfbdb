import { languages } from '../languages.ts'
import type { Volume } from '../volumes.ts'
import { marcXml } from './marc-xml.ts'
import type { RecordSource } from './record-source.ts'

const libraries = ['demo', 'harbour', 'valley']

/** A catalogue record as the VuFind Solr of a library gives it: one JSON object. */
export function solrRecord(source: RecordSource, volumes: readonly Volume[]): Record<string, unknown> {
  const { id, title, author, statement, year, language } = source
  const { name, marc } = languages[language]
  const justName = author.replace(/,? \d{4}-.*$/, ',')
  const number = Number(id)
  const original = source.originalTitle === null ? [] : [source.originalTitle]
  const display = original.length === 0 ? `${title} ${statement}` : `${title} ${statement} (${original[0]})`
  const open = volumes.some((volume) => isOpen(volume.rights))
  return {
    id,
    id_int: number,
    format: ['Book'],
    oclc: [String(number % 10_000_000)],
    oclc_search: [String(number % 10_000_000)],
    sdrnum: [`sdr-demo.${id}`],
    mainauthor: [author],
    mainauthor_just_name: [justName],
    author: [author],
    authorStr: [author],
    author_top: [author, `${statement}.`],
    author_sortkey: sortKey(author),
    title: [title],
    title_a: [title],
    title_ab: [title],
    title_c: [statement],
    title_top: [title],
    ...(original.length === 0 ? {} : { vtitle: original[0] }),
    title_display: display,
    titleSort: title,
    title_sortkey: sortKey(title),
    countryOfPubStr: [source.country.name],
    place_of_publication: [source.country.name],
    publishDate: [String(year)],
    publishDateRange: [rangeOf(year)],
    display_date: String(year),
    publisher: [source.publisher],
    callnumber: [source.callNumber],
    language: [name],
    language008: marc,
    language008_full: name,
    topicStr: [...source.subjects],
    subject_display: [...source.subjects],
    ht_availability: [open ? 'Full text' : 'Search only'],
    ht_count: volumes.length,
    ht_id: volumes.map((volume) => volume.id),
    ht_id_display: volumes.map((volume) => itemLine(source, volume, display)),
    ht_id_update: [...new Set(volumes.map((volume) => Number(volume.date)))],
    ht_rightscode: [...new Set(volumes.map((volume) => volume.rights))],
    htsource: ['Demonstration Library'],
    ht_json: JSON.stringify(volumes.map((volume) => itemJson(source, volume))),
    ht_searchonly: !open,
    print_holdings: libraries,
    deleted: false,
    time_of_index: '2026-01-01T03:00:00Z',
    fullrecord: marcXml(source, volumes),
  }
}

function itemLine(source: RecordSource, volume: Volume, display: string): string {
  const enumcron = volume.enumcron ?? ''
  const shown = enumcron === '' ? display : `${display}, ${enumcron}`
  return [volume.id, volume.date, enumcron, String(source.year), rangeOf(source.year), '', '', shown].join('|')
}

function itemJson(source: RecordSource, volume: Volume): Record<string, unknown> {
  return {
    htid: volume.id,
    newly_open: null,
    ingest: volume.date,
    rights: [volume.rights, null],
    heldby: libraries,
    collection_code: 'demo',
    ...(volume.enumcron === null ? {} : { enumcron: volume.enumcron }),
    enum_pubdate: String(source.year),
    enum_pubdate_range: rangeOf(source.year),
    dig_source: 'demo-digitizer',
  }
}

export function isOpen(rights: string): boolean {
  return rights === 'pd' || rights === 'pdus' || rights.startsWith('cc-')
}

/** Centuries to 1800, decades from then on, as the catalogue makes them. */
function rangeOf(year: number): string {
  const [start, span] = year <= 1800 ? [Math.floor(year / 100) * 100, 99] : [Math.floor(year / 10) * 10, 9]
  return `${start}-${start + span}`
}

function sortKey(text: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
  return plain.replace(/^(the|an?|le|la|die|das|der) /, '').trim()
}
