import { type Kind, nth } from '../kind.ts'
import { bytesOf, placeIn, withByteChanged, xmlSpans } from '../places.ts'
import { htid, volume } from './sound.ts'

const marc = `<?xml version="1.0"?><collection xmlns="http://www.loc.gov/MARC21/slim"><record><!-- c --><leader>00000cam a2200000 a 4500</leader>
<controlfield tag="001">1</controlfield><datafield tag="245" ind1="1" ind2="0"><subfield code="a">Moby &amp; Dick</subfield><subfield code="c"><![CDATA[H. M.]]></subfield></datafield>
<datafield tag="974" ind1=" " ind2=" "><subfield code="u">${htid}</subfield></datafield><?p i?></record></collection>`

export const record = (id: string, change: object = {}): Record<string, unknown> => ({
  id,
  ht_id: [`mdp.${id}`],
  ht_id_display: [`mdp.${id}|20200101|v.1|1900||||x`],
  ht_json: JSON.stringify([{ htid: `mdp.${id}`, rights: ['pd', 'bib'], enumcron: 'v.1', ingest: '20200101' }]),
  title: ['Moby Dick'],
  author: ['Melville, Herman'],
  publishDate: ['1851'],
  language: ['English'],
  fullrecord: marc,
  ...change,
})
export const deep = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth)
export const values: readonly string[] = [
  'null',
  'true',
  '0',
  '-1',
  '1e400',
  '1.5',
  '""',
  '" "',
  '"\\u0000"',
  '"\\ud800"',
  '"\\uffff"',
  '[]',
  '{}',
  '[null]',
  '[[]]',
  '[{}]',
  '[1, "a", null]',
  '{"a": {"b": []}}',
  '"x"',
  '["a", "a"]',
  `"${'x'.repeat(100_000)}"`,
  `["${'x'.repeat(40_000)}"]`,
  '"[{]"',
  '"[null, 1, \\"a\\"]"',
  '"{\\"htid\\": \\"mdp.case\\"}"',
  '"[{\\"htid\\": \\"mdp.case\\", \\"rights\\": {}, \\"enumcron\\": [], \\"ingest\\": \\"99999999\\"}]"',
  '["mdp.case|99999999|\\u0007|x|y"]',
  '["|||||||"]',
  '"<collection/>"',
  '"<"',
  deep(60, '[', ']'),
  deep(2_000, '[', ']'),
  deep(100_000, '[', ']'),
  deep(20_000, '{"a":', '}').replace(':}', ':1}'),
  `"${deep(100_000, '[', ']')}"`,
]
export const fields = [
  'id',
  'ht_id',
  'ht_json',
  'ht_id_display',
  'fullrecord',
  'title',
  'publishDate',
  'language',
  'deleted',
  '__proto__',
  'title_sortkey',
  'toString',
]

/** A record as text, with a field put into it as it is. */
export const withField = (id: string, field: string, value: string): string => {
  const { [field]: _, ...rest } = record(id)
  return `{"${field}":${value},${JSON.stringify(rest).slice(1)}`
}

const items = (count: number) => {
  const all = Array.from({ length: count }, (_, index) => (index === count >> 1 ? htid : `mdp.${index}`))
  return {
    ht_id: all,
    ht_id_display: all.map((id) => `${id}|20200101|v.1|1900||||x`),
    ht_json: JSON.stringify(all.map((id) => ({ htid: id, rights: ['pd'], enumcron: 'v.1' }))),
    fullrecord: marc.replace(/<datafield tag="974".*?<\/datafield>/s, (field) =>
      all.map((id) => field.replace(htid, id)).join(''),
    ),
  }
}

const long = 100_000
/** Damage over which a search for fields could go from each to the end, again and again. */
const slow: readonly string[] = [
  '<datafield tag="245">'.repeat(long),
  '<datafield '.repeat(long),
  `<datafield tag="974">${'code="u" '.repeat(long)}</datafield>`,
  '<record><datafield tag="1"'.repeat(long / 2),
  `${'<a>'.repeat(long)}`,
  `<collection>${'<record/>'.repeat(long)}</collection>`,
  `<!DOCTYPE a [${'<!ENTITY a "b">'.repeat(long / 2)}]><collection/>`,
  `${'&amp;'.repeat(long)}`,
]

const bombs = [
  '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>',
  '<!DOCTYPE r [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
  '<!DOCTYPE r [<!ENTITY % p SYSTEM "../secret.txt">%p;]>',
  '',
]
const marcSpans = xmlSpans(marc)
const marcBytes = bytesOf(marcSpans)
const withMarc = (fullrecord: string) => volume({ record: { ...record('1'), id: '1', fullrecord } })

export const recordKinds: readonly Kind[] = [
  {
    subject: 'record',
    name: '500 and 1,000 items',
    cases: 4,
    ends: ['document'],
    make: (_random, index) => volume({ record: { ...record('1'), id: '1', ...items(nth([500, 1_000], index)) } }),
  },
  {
    subject: 'record',
    name: 'a field that holds something else',
    cases: 120,
    make(random, index) {
      const value = nth(values, Math.floor(index / 3) + random.whole(0, values.length - 1))
      return volume({ record: withField('1', nth(fields.slice(1), index), value) })
    },
  },
  {
    subject: 'record',
    name: 'MARCXML cut in every kind of place',
    cases: 44,
    ends: ['RECORD_UNREADABLE'],
    make: (random, index) => withMarc(marcBytes.subarray(0, placeIn(marcSpans, random, index)).toString()),
  },
  {
    subject: 'record',
    name: 'MARCXML with a byte changed in every kind of place',
    cases: 55,
    make: (random, index) => withMarc(withByteChanged(marcBytes, placeIn(marcSpans, random, index), random).toString()),
  },
  {
    subject: 'record',
    name: 'MARCXML with an entity bomb, or one from outside',
    cases: 8,
    ends: ['RECORD_UNREADABLE'],
    make: (_random, index) =>
      withMarc(
        marc.replace('<collection', `${nth(bombs, index)}<collection`).replace('&amp;', nth(['&b;', '&b;&c;'], index)),
      ),
  },
  {
    subject: 'record',
    name: 'MARCXML of 100,000 beginnings without an end',
    cases: 8,
    make: (_random, index) => withMarc(nth(slow, index)),
  },
]
