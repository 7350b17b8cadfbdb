import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { assemble } from '../../../../src/indexer/assemble/assemble.ts'
import { openPairtree } from '../../../../src/repository/pairtree.ts'
import { fields } from '../../../../src/shards/fields.ts'
import { itemsOf } from '../../../../src/sources/record-items.ts'
import { provenance } from '../volume.ts'
import { isReferenceThere, type ReferenceDocument, referenceDocuments, whole } from './documents.ts'
import { referenceRecord } from './records.ts'

type Values = readonly string[]

interface Difference {
  readonly why: string
  /** What the document must have instead; where it is absent, that it differs is all that is known. */
  readonly right?: (reference: ReferenceDocument, ours: Values) => boolean
}

/** Without zero-width spaces, which the text rules take out. */
const words = (text: string): string =>
  text
    .replace(/\u200b/g, '')
    .replace(/["'\s]+/g, ' ')
    .trim()
const copied = (from: string, why: string): Difference => ({
  why: `not sent: ${why}`,
  right: ({ fields }, ours) => ours.join('|') === fields.get(from)?.join('|'),
})
const range = (from: string): Difference => ({
  why: 'not sent: the indexer forgets it, and facets of ranges stay empty',
  right: ({ fields }, ours) => ours.join() === fields.get(from)!.map(decade).join(),
})
const decade = (year: string): string => `${year.slice(0, 3)}0-${year.slice(0, 3)}9`

/** Where the reference documents differ, and why. */
const differences: Readonly<Record<string, Difference>> = {
  ocr: {
    why: 'where it was kept, each page stands in quotation marks, and `& < >` are escaped twice: `amp`, `lt` and `gt` are words of it',
    right: (reference, [ours = '']) => !reference.fields.has('ocr') || words(ours) === words(whole(reference, 'ocr')),
  },
  allfields: {
    why: 'stands in quotation marks, is escaped twice, and has the 974 of all volumes of the record',
    right: (reference, [ours = '']) => {
      const all = whole(reference, 'allfields')
      const [said, ...items] = all.split(/ (?=[A-Z]+ [A-Z]+ \d{8} \S+ \S+\.\S+ )/)
      return ours === `${said} ${items.find((item) => item.includes(` ${reference.id} `))}`
    },
  },
  rights: { why: 'of the rights database, which the data does not have; the 974 of the volume says pdus' },
  ht_heldby: { why: 'of the holdings database, which the data does not have' },
  coll_id: { why: 'of the collections database, which the data does not have' },
  authorStr: copied('Vauthor', 'the Solr schema of LS copies it from Vauthor'),
  authorSort: copied('author_sortkey', 'the catalogue does not give it back; ours is author_sortkey'),
  callnosort: copied('callnumber', 'the Solr schema of LS copies it from callnumber'),
  topic: copied('topicStr', 'the Solr schema of LS copies it from topicStr'),
  geographic: copied('geographicStr', 'the Solr schema of LS copies it from geographicStr'),
  country_of_pub: copied('countryOfPubStr', 'the Solr schema of LS copies it from countryOfPubStr'),
  publishDateRange: range('publishDate'),
  enumPublishDateRange: range('enumPublishDate'),
  bothPublishDateRange: range('bothPublishDate'),
}

const root = '../shared/data/volumes/sdr1/obj'
const made = new Set(fields.filter(({ source }) => source === 'provenance').map(({ name }) => name))

async function documentOf(reference: ReferenceDocument): Promise<Map<string, Values>> {
  const { id: htid } = reference
  const record = await referenceRecord(reference)
  const attr = itemsOf(record).items.find((item) => item.htid === htid)!.attr!
  const volume = await openPairtree({ root }).open(htid)
  const text = { emptyPageToken: null, dehyphenate: true }
  const { json, provenance: end } = await assemble({ htid, attr, record, volume, provenance, text })
  await volume.close()
  const document = Object.entries(JSON.parse(`${json}${end}`) as Record<string, unknown>)
  return new Map(
    document.filter(([name]) => !made.has(name)).map(([name, value]) => [name, [value].flat().map(String)]),
  )
}

describe.skipIf(!isReferenceThere)('the documents of HathiTrust (skipped when ../shared/data is absent)', () => {
  test('are ours field by field, but for what the list says', async () => {
    const found = new Map<string, string[]>()
    for (const reference of referenceDocuments()) {
      const ours = await documentOf(reference)
      for (const name of new Set([...reference.fields.keys(), ...ours.keys()])) {
        const [theirs, own] = [reference.fields.get(name) ?? [], ours.get(name) ?? []]
        if (JSON.stringify(theirs) === JSON.stringify(own)) continue
        expect(differences, `${reference.id} ${name}: ${theirs.join(' | ').slice(0, 200)}`).toHaveProperty(name)
        const { right } = differences[name]!
        expect(right?.(reference, own) ?? true, `${reference.id} ${name} is what it should be`).toBe(true)
        found.set(name, [...(found.get(name) ?? []), reference.id])
      }
    }
    const all = referenceDocuments().map(({ id }) => id)
    const rows = Object.entries(differences).map(([name, { why }]) => {
      const ids = found.get(name) ?? []
      expect(ids, `${name} differs somewhere`).not.toEqual([])
      return `| \`${name}\` | ${ids.length === all.length ? 'all' : ids.join(', ')} | ${why} |`
    })
    const page = ['| field | of | in the reference |', '|---|---|---|', ...rows]
    await expect(`${page.join('\n')}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'reference-documents.md'))
  })
})
