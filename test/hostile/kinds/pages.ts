import type { Random } from '../../../samples/random.ts'
import { type Kind, nth } from '../kind.ts'
import { zipBytes } from '../zip-bytes.ts'
import { soundMets, soundPages, volume } from './sound.ts'

const { text: _, ...untold } = volume({})
const withPage = (data: Buffer | string, more: object = {}) => ({
  ...untold,
  zip: zipBytes([{ ...soundPages[0]!, data, method: 0 }, ...soundPages.slice(1)]),
  ...more,
})

function noise(random: Random): Buffer {
  const pieces = [
    '#{',
    '}',
    '#{55357}',
    '#{0}',
    '-\n',
    '\r',
    '\u200B',
    '"',
    '\\',
    '\0',
    '\uFEFF',
    'a',
    '中',
    '\uFFFD',
    '<x>',
    '{"a":1}',
  ]
  const parts = Array.from({ length: random.whole(0, 60) }, () =>
    random.chance(1 / 4) ? Buffer.from([random.whole(0, 255)]) : Buffer.from(random.pick(pieces)),
  )
  return Buffer.concat(parts)
}

const long = 300_000
const texts: readonly (Buffer | string)[] = [
  '"'.repeat(long),
  '\\'.repeat(long),
  '\0'.repeat(long),
  '#{'.repeat(long / 2),
  '#{1'.repeat(long / 3),
  `#{${'1'.repeat(long)}}`,
  '#{55357}'.repeat(long / 10),
  '-\n'.repeat(long / 2),
  `${'a-\n'.repeat(long / 3)}a`,
  `a-${' '.repeat(long)}\n${' '.repeat(long)}b`,
  '\u0301'.repeat(long / 2),
  '\ufeff'.repeat(1_000),
  Buffer.alloc(long, 0xff),
  Buffer.alloc(long, 0xf0),
  Buffer.alloc(long, 0x80),
  Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.alloc(long + 1, 0xd8)]),
  Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.alloc(long, 0)]),
  '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
]

const switches = ['', '\n', ' ', '\0'] as const

export const pageKinds: readonly Kind[] = [
  {
    subject: 'page',
    name: 'bytes of any kind',
    cases: 40,
    // some may begin as an image or an archive does
    ends: ['document', 'PAGE_FORMAT_UNKNOWN'],
    make: (random) => withPage(noise(random)),
  },
  {
    subject: 'page',
    name: 'one thing, 300,000 times',
    cases: 18,
    ends: ['document'],
    make: (_random, index) => withPage(nth(texts, index)),
  },
  {
    subject: 'page',
    name: 'nothing, in every page',
    cases: 4,
    ends: ['document'],
    make(_random, index) {
      const zip = zipBytes(soundPages.map((page) => ({ ...page, data: nth(switches, index) })))
      return volume({ mets: soundMets(), zip, text: '' })
    },
  },
]
