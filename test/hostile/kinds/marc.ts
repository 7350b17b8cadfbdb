import { type Kind, nth, type SourceInput } from '../kind.ts'
import { withByteChanged, withPieceMoved } from '../places.ts'
import { gzipBytes } from '../zip-bytes.ts'

const ids = ['1', '2', '3', '4', '5']
const leader = '00000cam a2200000 a 4500'
type DataField = readonly [tag: string, subfields: readonly (readonly [code: string, text: string])[]]
const fieldsOf = (id: string): readonly DataField[] => [
  ['100', [['a', 'Melville, Herman']]],
  [
    '245',
    [
      ['a', 'Moby Dick &'],
      ['c', 'é'],
    ],
  ],
  [
    '974',
    [
      ['u', `mdp.${id}`],
      ['d', '20200101'],
      ['r', 'pd'],
      ['z', 'v.1'],
    ],
  ],
]

const escaped = (text: string) => text.replaceAll('&', '&amp;')
const xmlOf = (id: string): Buffer => {
  const fields = fieldsOf(id).map(([tag, subfields]) => {
    const inside = subfields.map(([code, text]) => `<subfield code="${code}">${escaped(text)}</subfield>`)
    return `<datafield tag="${tag}" ind1=" " ind2=" ">${inside.join('')}</datafield>`
  })
  return Buffer.from(
    `<record><leader>${leader}</leader><controlfield tag="001">${id}</controlfield>${fields.join('')}</record>\n`,
  )
}

function marc21Of(id: string): Buffer {
  const data = fieldsOf(id).map(
    ([tag, subfields]) =>
      [tag, Buffer.from(`  ${subfields.map(([code, text]) => `\x1f${code}${text}`).join('')}\x1e`)] as const,
  )
  const fields = [['001', Buffer.from(`${id}\x1e`)] as const, ...data]
  const base = 24 + fields.length * 12 + 1
  let start = 0
  const directory = fields.map(([tag, { length }]) => {
    const entry = `${tag}${String(length).padStart(4, '0')}${String(start).padStart(5, '0')}`
    start += length
    return entry
  })
  const length = String(base + start + 1).padStart(5, '0')
  const head = `${length}cam a22${String(base).padStart(5, '0')} a 4500${directory.join('')}\x1e`
  return Buffer.concat([Buffer.from(head), ...fields.map(([, bytes]) => bytes), Buffer.from('\x1d')])
}

const jsonOf = (id: string): Buffer => {
  const fields = fieldsOf(id).map(([tag, subfields]) => {
    return { [tag]: { ind1: ' ', ind2: ' ', subfields: subfields.map(([code, text]) => ({ [code]: text })) } }
  })
  return Buffer.from(`${JSON.stringify({ leader, fields: [{ '001': id }, ...fields] })}\n`)
}

interface Form {
  readonly name: string
  readonly head: string
  readonly tail: string
  readonly record: (id: string) => Buffer
}
const forms: readonly Form[] = [
  {
    name: 'records.xml',
    head: '<?xml version="1.0"?>\n<collection xmlns="http://www.loc.gov/MARC21/slim">\n',
    tail: '</collection>',
    record: xmlOf,
  },
  { name: 'records.mrc', head: '', tail: '', record: marc21Of },
  { name: 'records.json', head: '', tail: '', record: jsonOf },
]
const fileOf = (
  { name, head, tail }: Form,
  records: readonly (Buffer | string)[],
  intact: readonly string[] = [],
): SourceInput => ({
  of: 'records',
  name,
  bytes: Buffer.concat([head, ...records, tail].map((part) => Buffer.from(part))),
  intact,
})
const whole = (form: Form) => fileOf(form, ids.map(form.record))

const long = 100_000
const extremes: readonly (() => SourceInput)[] = [
  '<record>'.repeat(long),
  '<record><datafield tag="245">'.repeat(long),
  `<record>${'<datafield '.repeat(long)}</record>`,
  `<record>${'<a>'.repeat(long)}${'</a>'.repeat(long)}</record>`,
  `<record>${'&amp;'.repeat(long)}</record>`,
  `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><collection><record><controlfield tag="001">&b;</controlfield></record></collection>`,
  `<!DOCTYPE r [<!ENTITY b SYSTEM "file:///etc/passwd">]><record><controlfield tag="001">&b;</controlfield></record>`,
  '</record>'.repeat(long),
  `<record>${'<!--'.repeat(long)}`,
  `<record>${'<![CDATA['.repeat(long)}`,
  '<html><body>503</body></html>',
  Buffer.from('<record/>', 'utf16le'),
]
  .map((text) => () => fileOf({ ...forms[0]!, head: '', tail: '' }, [text]))
  .concat(
    [
      '\x1d'.repeat(long),
      '\x1e'.repeat(long),
      `${'9'.repeat(24)}${'0'.repeat(long)}\x1d`,
      `00000${leader.slice(5)}\x1d`,
      `99999cam a2299999 a 4500${'245000000000'.repeat(8_000)}\x1e\x1d`,
      `${leader.repeat(4_000)}\x1d`,
      `00100cam a2200049 a 4500${'245-00100000245999999999'}\x1e\x1ea\x1d`,
      '<html>',
    ].map((text) => () => fileOf(forms[1]!, [text])),
    [
      `{"leader":"","fields":[]}`,
      `{"leader":null,"fields":null}`,
      `{"leader":"${leader}","fields":[{"001":{}},{"245":"x"},{"974":{"subfields":"u"}},null,1,[]]}`,
      `{"leader":"${leader}","fields":[{"001":"1"},{"245":{"subfields":[null,1,{"a":{}},{"__proto__":"x"}]}}]}`,
      `{"leader":"${leader}","fields":[{"001":"1"},${'{"245":{"subfields":[]}},'.repeat(20_000)}{"001":"2"}]}`,
      `{"leader":"${leader}","fields":${'['.repeat(long)}${']'.repeat(long)}}`,
    ].map((text) => () => fileOf(forms[2]!, [`${text}\n`])),
  )

const kind = (name: string, cases: number, make: Kind['make']): Kind => ({ subject: 'MARC', name, cases, make })

/** Dumps of records, in MARCXML, MARC21 and MARC-in-JSON by turns. */
export const marcKinds: readonly Kind[] = [
  kind('sound', 3, (_, index) => fileOf(nth(forms, index), ids.map(nth(forms, index).record), ids)),
  kind('cut anywhere', 60, (random, index) => {
    const { bytes, ...rest } = whole(nth(forms, index))
    return { ...rest, bytes: bytes.subarray(0, random.whole(0, bytes.length - 1)) }
  }),
  kind('a byte of one record changed', 90, (random, index) => {
    const form = nth(forms, index)
    const at = random.whole(0, ids.length - 1)
    const sound = form.record(ids[at]!)
    const changed = withByteChanged(sound, random.whole(0, sound.length - 2), random)
    const others = ids.filter((_, each) => each !== at)
    return fileOf(
      form,
      ids.map((id, each) => (each === at ? changed : form.record(id))),
      others,
    )
  }),
  kind('a piece taken out, put in twice, put elsewhere', 30, (random, index) => {
    const { bytes, ...rest } = whole(nth(forms, index))
    return { ...rest, bytes: withPieceMoved(bytes, random) }
  }),
  kind('lengths, entities, nesting and repetition of every kind', 26, (_, index) => nth(extremes, index)()),
  kind('packed, and cut or damaged', 18, (random, index) => {
    const { bytes, name, ...rest } = whole(nth(forms, index))
    const packed = gzipBytes(bytes)
    const at = random.whole(0, packed.length - 1)
    return {
      ...rest,
      name: `${name}.gz`,
      bytes: index % 2 === 0 ? packed.subarray(0, at) : withByteChanged(packed, at, random),
    }
  }),
]
