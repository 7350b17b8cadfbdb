import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { recordFields } from '../../src/shards/fields.ts'
import { readHathifile } from '../../src/sources/hathifiles.ts'
import { itemShares } from '../../src/sources/item-share.ts'
import { readRecordFile } from '../../src/sources/record-files.ts'
import { itemsOf } from '../../src/sources/record-items.ts'
import type { CatalogueItem, CatalogueRecord, RightsRow } from '../../src/sources/source.ts'
import { library, metsView, read, shelf, unzipped } from './shelf.ts'

interface Expected {
  readonly items: number
  readonly indexed: number
  readonly deleted: number
  readonly errors: Readonly<Record<string, string>>
  readonly pages: number
  readonly search: { readonly query: string; readonly hits: number }
  readonly absent: readonly string[]
  readonly firstDay: { readonly items: number; readonly indexed: number; readonly deleted: number }
  readonly secondDay: Readonly<Record<string, readonly string[]>>
  readonly searches: readonly { readonly query: string; readonly hits: number }[]
  readonly volumes: readonly { readonly id: string; readonly pages: number }[]
}

const expected = JSON.parse(read('expected.json').toString('utf8')) as Expected

interface Day {
  readonly records: Map<string, CatalogueRecord>
  readonly items: Map<string, CatalogueItem & { readonly record: CatalogueRecord }>
  readonly rights: Map<string, RightsRow>
  readonly deleted: string[]
}

async function load(records: string[], rights: string): Promise<Day> {
  const day: Day = { records: new Map(), items: new Map(), rights: new Map(), deleted: [] }
  for (const name of records) {
    for await (const event of readRecordFile(join(library, name))) {
      if (event.kind === 'delete') day.deleted.push(event.recordId)
      if (event.kind !== 'record') continue
      day.records.set(event.record.id, event.record)
      const { items, problems } = itemsOf(event.record)
      expect(problems).toEqual([])
      for (const item of items) day.items.set(item.htid, { ...item, record: event.record })
    }
  }
  for await (const event of readHathifile(join(library, rights))) {
    expect(event.kind).toBe('rights')
    if (event.kind === 'rights') day.rights.set(event.htid, event)
  }
  return day
}

const first = await load(['day-1/catalogue/records_20260101.ndjson'], 'day-1/rights/hathi_full_20260101.txt')
const second = await load(
  ['day-2/catalogue/records_20260102.ndjson', 'day-2/catalogue/records_20260102_delete.txt'],
  'day-2/rights/hathi_upd_20260102.txt',
)

describe('catalogue and hathifile', () => {
  test('day 1: every volume on the shelf has its record and its rights, and they agree', () => {
    expect([...first.items.keys()].sort()).toEqual([...shelf('day-1').keys()].sort())
    for (const { htid, attr, updateDate, record } of first.items.values()) {
      expect(first.rights.get(htid)).toMatchObject({ attr, recordId: record.id })
      expect(updateDate).toMatch(/^2025/)
    }
    expect(first.rights.size).toBe(expected.firstDay.items)
  })

  test('day 2 changes exactly what expected.json says', () => {
    const changes: Record<string, string[]> = { NEW: [], UPDATED: [], MOVED: [], WITHDRAWN: [], NOOP: [] }
    for (const htid of new Set([...second.items.keys(), ...second.rights.keys()])) changes[changeOf(htid)]!.push(htid)
    for (const [htid, { record }] of first.items) if (second.deleted.includes(record.id)) changes.WITHDRAWN!.push(htid)
    const sorted = (lists: Readonly<Record<string, readonly string[]>>): unknown =>
      Object.entries(lists).map(([kind, ids]) => [kind, [...ids].sort()])
    expect(sorted(changes)).toEqual(sorted(expected.secondDay))
  })

  function changeOf(htid: string): string {
    const [before, after] = [first.items.get(htid), second.items.get(htid) ?? first.items.get(htid)!]
    if (before === undefined) return 'NEW'
    if (before.record.id !== after.record.id) return 'MOVED'
    const share = ({ record }: { record: CatalogueRecord }): string => itemShares(record, recordFields)(htid)
    const rights = second.rights.get(htid) ?? first.rights.get(htid)
    const isSame =
      share(before) === share(after) &&
      before.updateDate === after.updateDate &&
      rights?.attr === first.rights.get(htid)?.attr
    return isSame ? 'NOOP' : 'UPDATED'
  }

  test('an item that moves is named by the update hathifile with its new record', () => {
    expect(second.rights.get('demo1.moved_day2')?.recordId).toBe(second.items.get('demo1.moved_day2')?.record.id)
  })
})

/** The shelf after day 2. */
const final = new Map([...shelf('day-1'), ...shelf('day-2')])

describe('expected.json', () => {
  test('counts what is there after day 2', () => {
    const { items, indexed, deleted, errors, absent } = expected
    expect(items).toBe(final.size)
    expect([indexed, deleted]).toEqual([items - absent.length - Object.keys(errors).length, absent.length])
    const pages = expected.volumes.map(({ id }) => metsView(read(`${final.get(id)}.mets.xml`)).pages.length)
    expect(pages).toEqual(expected.volumes.map((volume) => volume.pages))
    expect(pages.reduce((sum, count) => sum + count, 0)).toBe(expected.pages)
    expect(expected.volumes).toHaveLength(indexed)
  })

  test('each search is found in as many volumes as it says, page by page', async () => {
    const texts: string[][] = []
    for (const { id } of expected.volumes) {
      const pages = [...(await unzipped(read(`${final.get(id)}.zip`)))].filter(([name]) => name.endsWith('.txt'))
      const record = second.items.get(id)?.record ?? first.items.get(id)?.record
      texts.push([...pages.map(([, bytes]) => bytes.toString('utf8')), JSON.stringify(record)].map(folded))
    }
    const found = expected.searches.map(
      ({ query }) => texts.filter((pages) => pages.some((page) => page.includes(folded(query)))).length,
    )
    expect(found).toEqual(expected.searches.map((search) => search.hits))
    expect(expected.search).toEqual({ query: 'heliotrope', hits: found[0] })
  })

  /** A slow and plain reading of page text: references decoded, lines joined, marks and case gone. */
  function folded(text: string): string {
    const decoded = text.replace(/#\{(\d+)\}/g, (_, code: string) => String.fromCharCode(Number(code)))
    const joined = decoded.replace(/(\p{L})[-\u2010\u00ad\u00ac]\r?\n(\p{L})/gu, '$1$2')
    return joined.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  }
})
