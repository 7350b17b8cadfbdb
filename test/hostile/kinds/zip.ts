import { mkdirSync } from 'node:fs'
import { type Kind, nth, type VolumeInput } from '../kind.ts'
import { bytesOf, placeIn, withByteChanged, withPieceMoved } from '../places.ts'
import { type Packed, type ZipOptions, zipBytes, zipParts } from '../zip-bytes.ts'
import { soundPages, soundZip, volume } from './sound.ts'
import {
  beyond,
  descriptorOf,
  first,
  right64,
  second,
  third,
  withFirst,
  wrong64,
  wrongSizes,
  zeroed,
} from './zip-sizes.ts'

const beside = (...others: Packed[]) => volume({ zip: zipBytes([...others, ...soundPages]) })

/** A zip with something in every kind of place. */
const spans = zipParts(
  [
    { ...first, flags: 8, local: { crc: 0, size: 0, compressedSize: 0 }, descriptor: descriptorOf(first, true) },
    { ...second, method: 0, local: { extra: Buffer.from('UT\x05\0\x03abcd', 'latin1') } },
    { path: 'case/1.jp2', data: 'an image' },
    third,
  ],
  { comment: Buffer.from('made for a test') },
)
const whole = bytesOf(spans)

const twice: readonly Packed[] = ['1.txt', 'case/1.txt', 'TEXT/1.txt', 'case/TEXT/1.txt'].map((path) => ({
  path,
  data: 'other',
}))
/** Of these only the name is like that of a page: what is read is the page. */
const alike: readonly Packed[] = [
  'case/1.TXT',
  'Case/1.txt',
  'other/1.txt',
  '__MACOSX/case/._1.txt',
  'case/1.txt/',
  'case/x1.txt',
  'case/1.txt.bak',
  'case/deep/1.txt',
].map((path) => ({ path, data: path.endsWith('/') ? '' : 'other' }))

const refusedNames = ['../1.txt', '/etc/passwd', 'C:/1.txt', 'case/../../1.txt', '..\\1.txt', '//x/1.txt']
const oddNames: readonly (string | Buffer)[] = [
  '',
  ' ',
  '\0',
  'case/\0.txt',
  'case/\x1b[31m.txt',
  'case/a\\b.txt',
  'case/e\u0301.txt',
  'case/\u202Etxt.1',
  `${'d/'.repeat(2_000)}1.txt`,
  'x'.repeat(65_535),
  Buffer.from([0xff, 0xfe, 0x2e]),
  Buffer.from('case/\x82.txt', 'latin1'),
  '.',
  './1.jp2',
  'case//1.jp2',
  'con',
  '__proto__',
  'constructor',
]

const ends: readonly ZipOptions[] = [
  { count: 0 },
  { count: 2 },
  { count: 4 },
  { count: 60_000 },
  { directorySize: 0 },
  { directorySize: 10 },
  { directorySize: beyond - 1 },
  { directoryOffset: 0 },
  { directoryOffset: 10 },
  { directoryOffset: beyond - 1 },
  { disk: 1 },
  { before: Buffer.from('#!/bin/sh\n') },
  { before: Buffer.alloc(100_000) },
  { after: Buffer.from('more') },
  { after: Buffer.alloc(70_000) },
  { comment: Buffer.alloc(65_535, 0x20) },
  { comment: Buffer.from('PK\x05\x06 a second end') },
  { comment: zipBytes([{ path: 'case/1.txt', data: 'other' }]) },
]

const folder = (path: string) => mkdirSync(path)
const absences: readonly Partial<VolumeInput>[] = [
  { mets: null },
  { zip: null },
  { mets: null, zip: null },
  { mets: folder },
  { zip: folder },
  { mets: null, files: { 'case.mets.xml': { link: 'nothing' } } },
  { zip: null, files: { 'case.zip': { link: 'nothing' } } },
  { mets: null, files: { 'case.mets.xml': { link: 'itself' } } },
  { zip: null, files: { 'case.zip': { link: 'itself' } } },
  { mets: null, files: { 'case.mets.xml': { link: 'the folder above' } } },
  { zip: null, files: { 'case.zip': { link: 'a folder of the system' } } },
  { mets: null, files: { 'case.METS.XML': Buffer.alloc(0) } },
]

const noZips: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.alloc(22),
  Buffer.from('PK'),
  Buffer.from('This is no zip.'),
  Buffer.from('PK\x05\x06', 'latin1'),
  Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]),
  Buffer.from('<html><body>503</body></html>'),
  Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
  Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1'),
  Buffer.alloc(100_000, 'PK\x05\x06'),
  Buffer.alloc(100_000, 'PK\x01\x02'),
]

const kind = (name: string, cases: number, make: Kind['make'], ends?: readonly string[]): Kind => ({
  subject: 'zip',
  name,
  cases,
  make,
  ...(ends === undefined ? {} : { ends }),
})

export const zipKinds: readonly Kind[] = [
  kind(
    'cut in every kind of place',
    90,
    (random, index) => volume({ zip: whole.subarray(0, placeIn(spans, random, index)) }),
    ['ZIP_UNREADABLE', 'document'],
  ),
  kind('without its beginning', 10, (random) => volume({ zip: whole.subarray(random.whole(1, whole.length - 1)) }), [
    'error',
  ]),
  kind('a byte changed in every kind of place', 132, (random, index) =>
    volume({ zip: withByteChanged(whole, placeIn(spans, random, index), random) }),
  ),
  kind('a piece taken out, put in twice, put elsewhere', 40, (random) =>
    volume({ zip: withPieceMoved(whole, random) }),
  ),
  kind(
    'sizes, checksums and places that are wrong',
    60,
    (random, index) => withFirst(nth(wrongSizes, index)(random.whole(1, 1_000))),
    ['error', 'document'],
  ),
  kind('an end record that is wrong, or what stands around it', 18, (_, index) =>
    volume({ zip: zipBytes(soundPages, nth(ends, index)) }),
  ),
  kind('a page there twice', 8, (_, index) => beside(nth(twice, index)), ['ZIP_DUPLICATE_NAME']),
  kind('a file that is only called like a page', 8, (_, index) => beside(nth(alike, index)), ['document']),
  kind(
    'a file that would be unpacked outside',
    12,
    (_, index) => beside({ path: nth(refusedNames, index), data: 'other' }),
    ['ZIP_UNREADABLE'],
  ),
  kind('a file of an odd name', 18, (_, index) => beside({ path: nth(oddNames, index), data: 'other' })),
  kind(
    'a page that is encrypted, or packed in another way',
    12,
    (random, index) =>
      withFirst(
        nth<Partial<Packed>>(
          [
            { flags: 1 },
            { flags: 0x41 },
            { method: 99 },
            { method: 1 },
            { method: 9 },
            { method: 12 },
            { method: 14 },
            { method: 93 },
            { method: 95 },
            { method: random.whole(16, 92) },
          ],
          index,
        ),
      ),
    ['ZIP_ENTRY_UNSUPPORTED', 'ZIP_UNREADABLE'],
  ),
  kind(
    'a page that is a symbolic link',
    8,
    (_, index) =>
      withFirst({
        mode: 0o120777,
        data: nth(['../../../../../secret.txt', '/etc/passwd', '2.txt', ''], index),
        method: index % 2 === 0 ? 8 : 0,
      }),
    ['ZIP_ENTRY_UNSUPPORTED'],
  ),
  kind(
    'an image that is a symbolic link',
    2,
    () => beside({ path: 'case/1.jp2', mode: 0o120777, data: '/etc/passwd' }),
    ['document'],
  ),
  kind('zip64 where it is not needed', 12, (_, index) => nth(right64, index)(), ['document']),
  kind('zip64 that lies', 26, (_, index) => nth(wrong64, index)()),
  kind(
    'sizes in a data descriptor, of each form',
    6,
    (_, index) =>
      withFirst({
        flags: 8,
        local: zeroed,
        descriptor: nth(
          [descriptorOf(first, true), descriptorOf(first, false), descriptorOf(first, true, true)],
          index,
        ),
      }),
    ['document'],
  ),
  kind(
    'sizes in a data descriptor, and nowhere else',
    4,
    () =>
      withFirst({ flags: 8, size: 0, compressedSize: 0, crc: 0, local: zeroed, descriptor: descriptorOf(first, true) }),
    ['ZIP_ENTRY_DAMAGED'],
  ),
  kind(
    'pages that share their bytes',
    4,
    (_, index) =>
      volume({
        zip: zipBytes([
          first,
          { ...second, offset: 0, ...(index % 2 === 0 ? {} : { local: { path: 'case/1.txt' } }) },
          third,
        ]),
      }),
    ['ZIP_ENTRY_DAMAGED'],
  ),
  kind(
    'a zip in the zip, as a page',
    6,
    (random) => withFirst({ data: soundZip.subarray(0, random.whole(1, soundZip.length)), method: 0 }),
    // the first three bytes of it are text
    ['PAGE_FORMAT_UNKNOWN', 'document'],
  ),
  kind('no zip at all', 11, (_, index) => volume({ zip: nth(noZips, index) }), ['ZIP_UNREADABLE', 'PAGE_MISSING']),
  kind('no file where the METS or the zip should be', 12, (_, index) => volume(nth(absences, index)), [
    'METS_MISSING',
    'METS_UNREADABLE',
    'ZIP_MISSING',
    'ZIP_UNREADABLE',
  ]),
]
