import { type Kind, nth, type SourceInput } from '../kind.ts'
import { withByteChanged, withPieceMoved } from '../places.ts'
import { gzipBytes } from '../zip-bytes.ts'
import { deep, fields, record, values, withField } from './record.ts'

const ids = ['1', '2', '3', '4', '5', '6']
const lines = ids.map((id) => JSON.stringify(record(id)))
const others = (damaged: number) => ids.filter((_, index) => index !== damaged)

/** The same records in every form that a file of them may have. */
const forms: readonly ((records: readonly string[]) => string)[] = [
  (records) => records.map((each) => `${each}\n`).join(''),
  (records) => `[\n${records.join(',\n')}\n]\n`,
  (records) =>
    `{"responseHeader":{"status":0},"response":{"numFound":6,"start":0,"docs":[\n${records.join(',\n')}\n]}}\n`,
  (records) =>
    JSON.stringify(
      records.map((each) => JSON.parse(each)),
      null,
      2,
    ),
]
const file = (text: string | Buffer, change: Partial<SourceInput> = {}): SourceInput => ({
  of: 'records',
  name: 'records.json',
  bytes: Buffer.from(text),
  ...change,
})
const inForm = (index: number, records: readonly string[] = lines) => Buffer.from(nth(forms, index)(records))

/** Of a server, kept as a file. */
export const answers: readonly string[] = [
  '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>',
  '{"error":{"msg":"undefined field","code":400}}',
  '{"responseHeader":{"status":0},"response":{"numFound":0,"docs":[]}}',
  '{"responseHeader":{"status":0},"response":{"numFound":1,"docs":null}}',
  '{"responseHeader":{"status":0},"response":{"docs":[1,"a",null,[],{}]}}',
  '{"responseHeader":{"status":0},"response":[]}',
  '[1,2,3]',
  '[[{"id":"1"}]]',
  'null',
  '""',
  '',
  '\n\n\n',
  '{}',
  '{}{}{}',
  '\uFEFF[]',
  '\0',
  deep(1_000_000, '[', ']'),
  deep(200_000, '{"id":', ''),
  deep(100_000, '\n{"id":[', ''),
  '}{"'.repeat(100_000),
  '"'.repeat(300_000),
  '{"id":"1",'.repeat(50_000),
  `{"id":"1","title":"${'\\'.repeat(300_001)}"}`,
  `[${'{"id":"1"},'.repeat(20_000)}]`,
]

export const recordFileKinds: readonly Kind[] = [
  {
    subject: 'record file',
    name: 'cut anywhere, in each of four forms',
    cases: 80,
    make(random, index) {
      const bytes = inForm(index)
      return file(bytes.subarray(0, random.whole(0, bytes.length - 1)))
    },
  },
  {
    subject: 'record file',
    name: 'a byte of one record changed, a record a line',
    cases: 60,
    make(random, index) {
      const at = index % lines.length
      const text = Buffer.from(lines[at]!)
      const changed = withByteChanged(text, random.whole(0, text.length - 1), random)
      const all = lines.map((line, each) => (each === at ? changed : Buffer.from(line)))
      return file(Buffer.concat(all.flatMap((line) => [line, Buffer.from('\n')])), { intact: others(at) })
    },
  },
  {
    subject: 'record file',
    name: 'a byte changed, in one document',
    cases: 60,
    make(random, index) {
      const bytes = inForm(1 + (index % 3))
      return file(withByteChanged(bytes, random.whole(0, bytes.length - 1), random))
    },
  },
  {
    subject: 'record file',
    name: 'a piece taken out, put in twice, put elsewhere',
    cases: 40,
    make: (random, index) => file(withPieceMoved(inForm(index), random)),
  },
  {
    subject: 'record file',
    name: 'a field that holds something else',
    cases: 140,
    make(random, index) {
      const at = random.whole(0, ids.length - 1)
      const changed = withField(
        ids[at]!,
        nth(fields, index),
        nth(values, Math.floor(index / 4) + random.whole(0, values.length - 1)),
      )
      return file(`${lines.with(at, changed).join('\n')}\n`, { intact: others(at) })
    },
  },
  {
    subject: 'record file',
    name: 'an answer that is something else',
    cases: 24,
    make: (_random, index) => file(nth(answers, index)),
  },
  {
    subject: 'record file',
    name: 'packed, and cut, damaged or packed twice',
    cases: 20,
    make(random, index) {
      const packed = gzipBytes(inForm(index))
      const at = random.whole(0, packed.length - 1)
      const bytes = nth([packed.subarray(0, at), withByteChanged(packed, at, random), gzipBytes(packed)], index)
      return file(bytes, { name: 'records.json.gz' })
    },
  },
  {
    subject: 'record file',
    name: 'record ids to delete, and what is none',
    cases: 20,
    make(random) {
      const odd = [
        '',
        ' ',
        '\0',
        '1 2',
        'é',
        'x'.repeat(65),
        'x'.repeat(2 ** 20),
        '\r',
        '{"id":"1"}',
        '\u200b1',
        '<html>',
      ]
      const all = ids.flatMap((id) => [id, random.pick(odd)])
      return file(all.join('\n'), { name: 'records_delete.txt', intact: ids })
    },
  },
]
