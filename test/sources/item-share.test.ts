import { expect, test } from 'vitest'
import { itemShares } from '../../src/sources/item-share.ts'
import type { CatalogueRecord } from '../../src/sources/source.ts'

const fields = ['title', 'author', 'fullrecord', 'ht_id_display', 'ht_json']

interface Parts {
  title?: string
  time?: string
  volumes?: string[]
  note?: string
}

function record({ title = 'A title', time = '2026', volumes = ['a', 'b'], note = 'v.' }: Parts): CatalogueRecord {
  const item = (id: string): string =>
    `<datafield tag="974" ind1=" " ind2=" "><subfield code="d">2026</subfield><subfield code="u">demo1.${id}</subfield><subfield code="z">${note}${id}</subfield></datafield>`
  return {
    id: '1',
    title: [title],
    print_holdings: [time],
    ht_id: volumes.map((id) => `demo1.${id}`),
    ht_id_display: volumes.map((id) => `demo1.${id}|2026|${note}${id}`),
    ht_json: JSON.stringify(volumes.map((id) => ({ htid: `demo1.${id}`, enumcron: note + id }))),
    fullrecord: `<record><controlfield tag="005">${time}</controlfield><datafield tag="035"><subfield code="a">${time}</subfield></datafield><datafield tag="245"><subfield code="a">${title}</subfield></datafield>${volumes.map(item).join('')}<datafield tag="DAT"><subfield code="a">${time}</subfield></datafield></record>`,
  }
}

const share = (parts: Parts, htid = 'demo1.a'): string => itemShares(record(parts), fields)(htid)

test('another volume added, or moved before this one, does not change the share of this one', () => {
  expect(share({ volumes: ['c', 'b', 'a'] })).toBe(share({}))
})

test('a new title, or a new volume statement of the item itself, changes the share', () => {
  expect(share({ title: 'Another' })).not.toBe(share({}))
  expect(share({ note: 'vol.' })).not.toBe(share({}))
  expect(share({}, 'demo1.b')).not.toBe(share({}))
})

test('time stamps and fields that reach no document do not change the share', () => {
  expect(share({ time: '2027' })).toBe(share({}))
})

test('who holds a volume, and its rights, are no part of it; when it was put in again is', () => {
  const plain = record({})
  const withJson = (more: object) => ({
    ...plain,
    ht_json: JSON.stringify(JSON.parse(String(plain.ht_json)).map((entry: object) => ({ ...entry, ...more }))),
  })
  const shareOf = (changed: CatalogueRecord) => itemShares(changed, fields)('demo1.a')
  expect(shareOf(withJson({ heldby: ['x'], rights: ['ic', 'bib'], newly_open: 1 }))).toBe(shareOf(plain))
  expect(shareOf(withJson({ ingest: '20260202' }))).not.toBe(shareOf(plain))
  expect(shareOf(withJson({ enum_pubdate: '1860' }))).not.toBe(shareOf(plain))
})

test('a note in MARC that only reaches the full record changes the share', () => {
  const plain = record({})
  const noted = {
    ...plain,
    fullrecord: String(plain.fullrecord).replace(
      '</record>',
      '<datafield tag="500"><subfield code="a">N</subfield></datafield></record>',
    ),
  }
  expect(itemShares(noted, fields)('demo1.a')).not.toBe(itemShares(plain, fields)('demo1.a'))
})

test('the order of keys does not change the share', () => {
  const plain = record({})
  const entries = JSON.parse(String(plain.ht_json)).map((entry: object) =>
    Object.fromEntries(Object.entries(entry).reverse()),
  )
  const turned = { ...Object.fromEntries(Object.entries(plain).reverse()), ht_json: JSON.stringify(entries), id: '1' }
  expect(itemShares(turned, [...fields])('demo1.a')).toBe(itemShares(plain, fields)('demo1.a'))
})

test('a full record that is no MARCXML counts as a whole', () => {
  const of = (fullrecord: unknown): string => itemShares({ id: '1', fullrecord }, fields)('demo1.a')
  expect(of('some text')).not.toBe(of('other text'))
  expect(of(undefined)).toBe(of(undefined))
})

test('of a full record in which a field does not end everything counts, its volumes too', () => {
  const whole = String(record({}).fullrecord)
  const broken = whole
    .replaceAll(/<\/(\w+:)?(record|collection)>\s*$/g, '')
    .replace(/<\/(\w+:)?datafield>(?!.*datafield)/s, '')
  expect(itemShares({ id: '1', fullrecord: broken }, fields)('demo1.a')).not.toBe(
    itemShares({ id: '1', fullrecord: `${broken}more` }, fields)('demo1.a'),
  )
})

// Each would take hours where whole fields are sought from every beginning anew: the test would end at its time-out.
test.each([
  ['that do not end', '<datafield tag="245">'.repeat(100_000)],
  ['whose tag does not end', '<datafield '.repeat(100_000)],
  ['of which one has 100,000 codes', `<datafield tag="974">${'code="u" '.repeat(100_000)}</datafield>`],
])('100,000 fields %s are read forward once', (_, fullrecord) => {
  const share = itemShares({ id: '1', fullrecord }, fields)
  expect(share('demo1.a')).toBe(share('demo1.b'))
})

test('a record of 900 volumes is cut up once, not 900 times', () => {
  const volumes = Array.from({ length: 900 }, (_, index) => `v${index}`)
  const shares = itemShares(record({ volumes }), fields)
  const sizes = volumes.map((id) => shares(`demo1.${id}`).length)
  expect(Math.max(...sizes)).toBeLessThan(600)
  expect(new Set(volumes.map((id) => shares(`demo1.${id}`))).size).toBe(900)
})
