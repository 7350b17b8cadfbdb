import { gzipSync } from 'node:zlib'
import type { Random } from '../../../samples/random.ts'
import { type Kind, nth, type SourceInput } from '../kind.ts'
import { withByteChanged, withPieceMoved } from '../places.ts'
import { gzipBytes } from '../zip-bytes.ts'

const row = (item: number, change: Readonly<Record<number, string>> = {}): string => {
  const cells = [
    `mdp.${item}`,
    'allow',
    'pd',
    `00000000${item}`,
    'v.1',
    'MIU',
    '',
    '',
    '',
    '',
    'A title',
    'Ann Arbor',
    '1900',
  ]
  cells.push(
    'bib',
    '2020-01-01 00:00:00',
    '0',
    '1900',
    'miu',
    'eng',
    'BK',
    'MIU',
    'umich',
    'umich',
    'google',
    'open',
    'Author',
  )
  for (const [column, cell] of Object.entries(change)) cells[Number(column)] = cell
  return cells.join('\t')
}
const items = Array.from({ length: 12 }, (_, index) => index + 1)
const rows = items.map((item) => row(item))
const ids = items.map((item) => `mdp.${item}`)
const others = (damaged: number) => ids.filter((_, index) => index !== damaged)
const hathifile = (lines: readonly (string | Buffer)[], change: Partial<SourceInput> = {}): SourceInput => ({
  of: 'hathifile',
  name: 'hathi_full.txt',
  bytes: Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line), Buffer.from('\n')]))),
  ...change,
})
const whole = hathifile(rows).bytes

/** The lines that are whole in what is left of a file. */
const wholeLines = (left: Buffer): string[] => ids.slice(0, left.toString('latin1').split('\n').length - 1)

const cells = [
  '',
  ' ',
  '\0',
  '-1',
  'null',
  'NaN',
  '1e309',
  '0000-00-00',
  '2020-02-30 00:00:00',
  'é',
  '"',
  "'; --",
  '../x',
  '{}',
  'x'.repeat(300),
  'x'.repeat(2 ** 20),
  '\ud800',
  '\r',
  '%00',
  'mdp.1',
]

const gzipped = gzipBytes(whole)
const gzips: readonly ((random: Random) => Buffer)[] = [
  (random) => gzipped.subarray(0, random.whole(0, gzipped.length - 1)),
  (random) => withByteChanged(gzipped, random.whole(0, gzipped.length - 1), random),
  () => whole,
  () => Buffer.concat([gzipped, Buffer.from('more')]),
  () => Buffer.concat([gzipped, gzipped]),
  () => gzipBytes(gzipped),
  () => gzipSync(Buffer.alloc(20 * 2 ** 20)),
  () => gzipSync(Buffer.alloc(2 ** 20, '\n')),
]

export const hathifileKinds: readonly Kind[] = [
  {
    subject: 'hathifile',
    name: 'cut anywhere',
    cases: 60,
    make(random) {
      const bytes = whole.subarray(0, random.whole(0, whole.length - 1))
      return hathifile([], { bytes, intact: wholeLines(bytes) })
    },
  },
  {
    subject: 'hathifile',
    name: 'a byte of one line changed',
    cases: 60,
    make(random, index) {
      const line = index % rows.length
      const text = Buffer.from(rows[line]!)
      const changed = withByteChanged(text, random.whole(0, text.length - 1), random)
      return hathifile([...rows.slice(0, line), changed, ...rows.slice(line + 1)], { intact: others(line) })
    },
  },
  {
    subject: 'hathifile',
    name: 'a column that holds something else',
    cases: 104,
    make(random, index) {
      const line = random.whole(0, rows.length - 1)
      const changed = row(line + 1, { [index % 26]: random.pick(cells) })
      return hathifile([...rows.slice(0, line), changed, ...rows.slice(line + 1)], { intact: others(line) })
    },
  },
  {
    subject: 'hathifile',
    name: 'columns too few, too many, or of a header',
    cases: 20,
    make(random, index) {
      const line = random.whole(1, rows.length - 1)
      const count = index % 40
      const changed = Array.from({ length: count }, (_, column) => row(line + 1).split('\t')[column] ?? 'x').join('\t')
      return hathifile([...rows.slice(0, line), changed, ...rows.slice(line + 1)], { intact: others(line) })
    },
  },
  {
    subject: 'hathifile',
    name: 'packed, and cut, damaged, not packed or packed twice',
    cases: 40,
    make: (random, index) => hathifile([], { name: 'hathi_full.txt.gz', bytes: nth(gzips, index)(random) }),
  },
  {
    subject: 'hathifile',
    name: 'a piece taken out, put in twice, put elsewhere',
    cases: 20,
    make: (random) => hathifile([], { bytes: withPieceMoved(whole, random) }),
  },
]
