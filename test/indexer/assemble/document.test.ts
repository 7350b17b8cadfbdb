import { describe, expect, test } from 'vitest'
import { documentFields } from '../../../src/indexer/assemble/document.ts'
import { readMets } from '../../../src/indexer/mets/read-mets.ts'
import { fields, recordFields } from '../../../src/shards/fields.ts'
import { isMatchedExactly } from '../../../src/shards/schema/exact-value.ts'
import type { CatalogueRecord } from '../../../src/sources/source.ts'
import { metsOf } from '../mets/mets-file.ts'

const mets = readMets(Buffer.from(metsOf({ pages: [{ order: 1, file: '1.txt' }] })))
const make = (record: Partial<CatalogueRecord>, htid = 'mdp.2') =>
  Object.fromEntries(documentFields({ htid, attr: 1, record: { id: '1', ...record }, mets }, () => undefined))

describe('values of an item', () => {
  const item = (htid: string, more: object) => ({ htid, rights: ['pd', null], ...more })

  test('come from its own entry, not from the first or from the one at its position', () => {
    const record = {
      ht_id: ['mdp.1', 'mdp.2', 'mdp.20'],
      ht_id_display: ['mdp.20|1|v.20|1920|', 'mdp.2|1|v.2|1902|', 'mdp.1|1|v.1|1901|'],
    }
    expect(make(record)).toMatchObject({
      volume_enumcron: ['v.2'],
      enumPublishDate: ['1902'],
      bothPublishDate: ['1902'],
    })
    expect(make(record, 'mdp.20')).toMatchObject({ volume_enumcron: ['v.20'], enumPublishDate: ['1920'] })
  })

  test('come from ht_json where ht_id_display has none', () => {
    const ht_json = JSON.stringify([
      item('MDP.2', { enumcron: 'v. 2', enum_pubdate: 1860 }),
      item('mdp.1', { enumcron: 'x' }),
    ])
    expect(make({ ht_json, ht_id_display: ['mdp.2|20200101|||'] })).toMatchObject({
      volume_enumcron: ['v. 2'],
      enumPublishDate: ['1860'],
    })
  })

  test('that are empty are absent, and the date falls back to the record', () => {
    const document = make({ ht_id_display: ['mdp.2|20200101||||||'], publishDate: ['1900', '1901'] })
    expect(document).toMatchObject({ publishDate: ['1900', '1901'], date: '1900', bothPublishDate: ['1900', '1901'] })
    for (const field of ['enumPublishDate', 'volume_enumcron']) expect(document).not.toHaveProperty(field)
  })

  test('are dates only when they are digits', () => {
    expect(make({ ht_id_display: ['mdp.2|1||19uu|'], publishDate: '1900' })).toMatchObject({
      bothPublishDate: ['1900'],
    })
  })

  test('cannot be had from a damaged ht_json, unless their entry is whole', () => {
    expect(() => make({ ht_json: '[{"htid":' })).toThrow(
      expect.objectContaining({ code: 'RECORD_UNREADABLE', place: { record: '1', field: 'ht_json' } }),
    )
    expect(make({ ht_json: JSON.stringify([item('mdp.2', { enumcron: 'v.2' }), {}]) })).toMatchObject({
      volume_enumcron: ['v.2'],
    })
  })

  test('of 947 items of one record cost one reading of its JSON and one of its MARC', () => {
    const entries = Array.from({ length: 947 }, (_, i) => item(`mdp.${i}`, { enumcron: `v.${i}` }))
    const reads: string[] = []
    const lazy = {
      ht_json: () => JSON.stringify(entries),
      fullrecord: () => '<record><datafield tag="245"><subfield code="a">x</subfield></datafield></record>',
    }
    const record = new Proxy<CatalogueRecord>(
      { id: '1' },
      {
        get(target, name: keyof typeof lazy) {
          if (!(name in lazy)) return Reflect.get(target, name)
          reads.push(name)
          return lazy[name]()
        },
      },
    )
    for (let i = 0; i < 947; i++) {
      const document = Object.fromEntries(documentFields({ htid: `mdp.${i}`, attr: 1, record, mets }, () => undefined))
      expect(document).toMatchObject({ volume_enumcron: [`v.${i}`], allfields: 'x' })
    }
    expect(reads).toEqual(['ht_json', 'fullrecord'])
  })
})

describe('values of a record', () => {
  test('that are bare are lists where the field is multi, the first where it is not', () => {
    expect(make({ title: 'A', vtitle: ['B', 'C'], titleSort: 'D' })).toMatchObject({
      title: ['A'],
      Vtitle: ['A'],
      vtitle: 'B',
      titleSort: 'D',
    })
  })

  test('of bare records are absent', () => {
    expect(Object.keys(make({ ht_id: ['mdp.2'] }))).toEqual([
      'id',
      'vol_id',
      'record_no',
      'rights',
      'ht_reading_order',
      'ht_scanning_order',
      'ht_cover_tag',
    ])
  })

  test('lose what no database takes', () => {
    expect(make({ title: ['\u0000a\nb\ud800c\ufffe', ' ', null].slice(0, 2) })).toMatchObject({ title: ['a b c'] })
  })

  test('of another kind are RECORD_UNREADABLE with the field', () => {
    expect(() => make({ author: [{ name: 'x' }] })).toThrow(
      expect.objectContaining({ code: 'RECORD_UNREADABLE', place: { record: '1', field: 'author' } }),
    )
  })
})

describe('allfields', () => {
  const marc = (fields: string, prefix = '') =>
    `<?xml version="1.0"?><${prefix}collection xmlns${prefix && `:${prefix.slice(0, -1)}`}="http://www.loc.gov/MARC21/slim"><${prefix}record><${prefix}leader>x</${prefix}leader><${prefix}controlfield tag="008">no</${prefix}controlfield>${fields}</${prefix}record></${prefix}collection>`
  const field = (tag: string, ...subfields: [string, string][]) =>
    `<datafield tag="${tag}" ind1=" " ind2="0">${subfields.map(([code, text]) => `<subfield code="${code}">${text}</subfield>`).join('')}</datafield>`
  const all = (fullrecord: unknown, htid?: string) => make({ fullrecord }, htid).allfields

  test('is the text of data fields above 99, in order, decoded and once', () => {
    const xml = marc(
      `${field('020', ['a', 'isbn'])}${field('100', ['a', 'Melville &amp; &#x41;'])}${field('245', ['a', 'Moby-Dick'], ['c', ''], ['b', '1e3'])}${field('CID', ['a', 'no'])}${field('099', ['a', 'no'])}`,
    )
    expect(all(xml)).toBe('Melville & A Moby-Dick 1e3')
    expect(all(`<record>${field('100', ['a', '<![CDATA[x]]>'])}</record>`)).toBe('x')
  })

  test('holds of the 974 fields only the one of the item', () => {
    const xml = marc(
      [1, 2, 3].map((n) => field('974', ['z', `v.${n}`], ['u', `MDP.${n}`])).join('') + field('974', ['z', 'nobody']),
    )
    expect(all(xml)).toBe('v.2 MDP.2')
    expect(all(xml, 'mdp.9')).toBeUndefined()
  })

  test('is absent without fullrecord', () => {
    expect(all(undefined)).toBeUndefined()
  })

  test.each([
    ['cut', marc(field('245', ['a', 'x'])).slice(0, -20)],
    ['not XML', '00819nam a2200229'],
    ['of something else', '<html><body/></html>'],
    ['with entities of its own', `<!DOCTYPE r [<!ENTITY e "x">]>${marc(field('245', ['a', '&e;'])).slice(21)}`],
    ['with an entity nobody defined', marc(field('245', ['a', '&nbsp;']))],
  ])('of a fullrecord %s is RECORD_UNREADABLE', (_, fullrecord) => {
    expect(() => all(fullrecord)).toThrow(
      expect.objectContaining({ code: 'RECORD_UNREADABLE', place: { record: '1', field: 'fullrecord' } }),
    )
  })
})

describe('the field table', () => {
  test('names each field once and gives every one a rule and an example', () => {
    expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length)
    for (const { rule, example } of fields) expect(rule && example).toBeTruthy()
  })

  test('tells which catalogue fields reach a document, each once', () => {
    expect(new Set(recordFields).size).toBe(recordFields.length)
    const read = new Set<string>()
    const record = new Proxy(
      { id: '1' },
      {
        get: (target, name) => {
          read.add(String(name))
          return Reflect.get(target, name)
        },
      },
    )
    documentFields({ htid: 'mdp.1', attr: 1, record, mets }, () => undefined)
    expect([...read].sort()).toEqual([...recordFields].sort())
  })
})

test('values that are matched as they are, and no others, are cut where an engine takes no more, and each is told', () => {
  const long = 'é'.repeat(20_000)
  const cut: string[] = []
  const record = { id: '1', title: [long], titleSort: long, publishDate: ['1900', long], author: ['Sacher'] }
  const document = Object.fromEntries(
    documentFields({ htid: 'mdp.2', attr: 1, record, mets }, (field) => cut.push(field)),
  )
  expect(document.title).toEqual([long])
  expect(document.titleSort).toBe('é'.repeat(16_382))
  expect(document.publishDate).toEqual(['1900', 'é'.repeat(16_382)])
  // of a field of one value the others are not looked at
  expect(document.date).toBe('1900')
  expect(cut).toEqual(['titleSort', 'publishDate', 'bothPublishDate'])
  const exact = fields.filter(({ kind }) => isMatchedExactly(kind)).map(({ name }) => name)
  expect(exact).toEqual(expect.arrayContaining(cut))
})
