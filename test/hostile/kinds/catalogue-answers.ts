import { type AnswerInput, type Kind, nth } from '../kind.ts'
import { withByteChanged, withPieceMoved } from '../places.ts'
import { deep, fields, record, values, withField } from './record.ts'
import { answers } from './record-files.ts'

const ids = ['1', '2', '3', '4', '5', '6']
const records = ids.map((id) => JSON.stringify(record(id)))
const others = (damaged: number) => ids.filter((_, index) => index !== damaged)

const answerOf = (docs: readonly string[], cursor = 'AoE') =>
  `{"responseHeader":{"status":0,"QTime":1},"response":{"numFound":${docs.length},"start":0,"docs":[${docs.join(',')}]},"nextCursorMark":${JSON.stringify(cursor)}}`

const answer = (body: string | Buffer, change: Partial<AnswerInput> = {}): AnswerInput => ({
  ...{ of: 'catalogue answer', status: 200, type: 'application/json', bytes: Buffer.from(body) },
  ...change,
})

const invalid = 'SOURCE_ANSWER_INVALID'
const away = 'SOURCE_SERVER_UNAVAILABLE'
const html = '<!DOCTYPE html><html><head><title>What you look for is not here</title></head></html>'
const statuses = [200, 201, 204, 301, 302, 400, 401, 403, 404, 413, 429, 500, 502, 503, 504, 599]

/** What stands beside the records, in place of what a Solr says. */
const around: readonly string[] = [
  '{"response":{"docs":[]}}',
  '{"response":{"docs":[]},"nextCursorMark":7}',
  '{"response":{"docs":[]},"nextCursorMark":""}',
  '{"response":{"docs":{}},"nextCursorMark":"AoE"}',
  '{"response":{"docs":"x"},"nextCursorMark":"AoE"}',
  '{"response":[],"nextCursorMark":"AoE"}',
  '{"docs":[],"nextCursorMark":"AoE"}',
  `{"response":{"docs":[${records[0]}]},"nextCursorMark":"*"}`,
  '{"response":{"docs":[]},"nextCursorMark":"AoE"}',
  '{"responseHeader":{"partialResults":true},"response":{"docs":[]},"nextCursorMark":"*"}',
  '{"error":{"msg":{"a":1},"code":"x"}}',
  deep(100_000, '{"response":', ''),
  `${deep(100_000, '[', ']')}`,
]

/** Records that are none, each between two that are. */
const noRecords: readonly string[] = [
  'null',
  '1',
  '"1"',
  '[]',
  '{}',
  '{"id":null}',
  '{"id":["1"]}',
  '{"id":""}',
  '{"id":"x y"}',
  `{"id":"${'x'.repeat(65)}"}`,
  '{"id":"7","ht_id":"mdp.7"}',
  '{"id":"7","ht_id":[null]}',
  '{"id":"7","deleted":"true"}',
  '{"__proto__":{"id":"7"}}',
  deep(20_000, '[', ']'),
  `{"id":"7","title":${deep(20_000, '[', ']')}}`,
  `{"id":"7","title":${deep(20_000, '{"a":', '}').replace(':}', ':1}')}}`,
]

export const catalogueAnswerKinds: readonly Kind[] = [
  {
    subject: 'catalogue answer',
    name: 'cut anywhere',
    cases: 40,
    ends: [invalid],
    make(random) {
      const bytes = Buffer.from(answerOf(records))
      return answer(bytes.subarray(0, random.whole(0, bytes.length - 1)))
    },
  },
  {
    subject: 'catalogue answer',
    name: 'cut anywhere, with the connection',
    cases: 20,
    ends: [away],
    make(random) {
      const bytes = Buffer.from(answerOf(records))
      return answer(bytes, { sent: random.whole(0, bytes.length - 1) })
    },
  },
  {
    subject: 'catalogue answer',
    name: 'a byte changed anywhere',
    cases: 80,
    ends: [invalid, 'read', 'some bad'],
    make(random) {
      const bytes = Buffer.from(answerOf(records))
      return answer(withByteChanged(bytes, random.whole(0, bytes.length - 1), random))
    },
  },
  {
    subject: 'catalogue answer',
    name: 'a piece taken out, put in twice, put elsewhere',
    cases: 40,
    ends: [invalid, 'read', 'some bad'],
    make: (random) => answer(withPieceMoved(Buffer.from(answerOf(records)), random)),
  },
  {
    subject: 'catalogue answer',
    name: 'a field that holds something else',
    cases: 140,
    ends: ['read', 'some bad'],
    make(random, index) {
      const at = random.whole(0, ids.length - 1)
      const value = nth(values, Math.floor(index / 4) + random.whole(0, values.length - 1))
      const changed = withField(nth(ids, at), nth(fields, index), value)
      return answer(answerOf(records.with(at, changed)), { intact: others(at) })
    },
  },
  {
    subject: 'catalogue answer',
    name: 'a record that is none',
    cases: noRecords.length,
    ends: ['some bad'],
    make(_random, index) {
      const docs = [...records.slice(0, 3), nth(noRecords, index), ...records.slice(3)]
      return answer(answerOf(docs), { intact: ids })
    },
  },
  {
    subject: 'catalogue answer',
    name: 'something else than an answer',
    cases: answers.length + around.length,
    ends: [invalid],
    make: (_random, index) => answer(nth([...answers, ...around], index)),
  },
  {
    subject: 'catalogue answer',
    name: 'HTML, of sixteen statuses',
    cases: 32,
    ends: [invalid, away],
    make: (_random, index) =>
      answer(html, { status: nth(statuses, index), ...(index % 2 === 0 ? { type: 'text/html' } : {}) }),
  },
  {
    subject: 'catalogue answer',
    name: '500 and 5,000 items in a record',
    cases: 2,
    ends: ['read'],
    make(_random, index) {
      const all = Array.from({ length: nth([500, 5_000], index) }, (_, item) => `mdp.${item}`)
      const large = record('7', {
        ht_id: all,
        ht_id_display: all.map((id) => `${id}|20200101|v.1|1900||||x`),
        ht_json: JSON.stringify(all.map((htid) => ({ htid, rights: ['pd'] }))),
      })
      return answer(answerOf([...records, JSON.stringify(large)]), { intact: [...ids, '7'] })
    },
  },
  {
    subject: 'catalogue answer',
    name: '100 MB',
    cases: 1,
    isLarge: true,
    ends: [away],
    make: () => answer(Buffer.concat([Buffer.from('{"response":{"docs":["'), Buffer.alloc(100_000_000, 'x')])),
  },
]
