import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { type Kind, nth } from '../kind.ts'
import { type Packed, zip64End, zipBytes, zipParts } from '../zip-bytes.ts'
import { markupZip, withPage } from './markup.ts'
import { plainMets, soundMets, soundPages, volume } from './sound.ts'

const mebibyte = 2 ** 20

const large = (subject: string, name: string, cases: number, make: Kind['make'], ends?: readonly string[]): Kind => ({
  subject,
  name,
  cases,
  isLarge: true,
  make,
  ...(ends === undefined ? {} : { ends }),
})

/** METS of some 50 MB: something of it again and again, before the files. */
const swollen = (piece: string, megabytes = 50) =>
  volume({
    mets: (path) => {
      const [head, tail] = soundMets().split('<METS:fileSec>') as [string, string]
      const fill = Buffer.alloc(megabytes * mebibyte - ((megabytes * mebibyte) % Buffer.byteLength(piece)), piece)
      writeFileSync(path, Buffer.concat([Buffer.from(head), fill, Buffer.from(`<METS:fileSec>${tail}`)]))
    },
  })

const pieces = ['<METS:x a="1"/>', '<!-- x -->', '<x>é</x>', '<![CDATA[x]]>', 'text  \n']
const without = (pattern: RegExp, by: string) => () =>
  volume({
    mets: (path: string) =>
      writeFileSync(
        path,
        soundMets().replace(pattern, () => by.repeat((50 * mebibyte) / by.length)),
      ),
  })

/** A zip with an image of so many megabytes before the pages; on disk it takes no room. */
const afterImages = (megabytes: number) => (path: string) => {
  const gap = megabytes * mebibyte
  const image = { path: 'case/1.jp2', method: 0, crc: 1, size: gap, compressedSize: gap }
  const fd = openSync(path, 'w')
  let position = 0
  for (const { place, bytes } of zipParts([image, ...soundPages])) {
    const moved = Buffer.from(bytes)
    const offset = place === 'a directory entry' ? 42 : place === 'the end record' ? 16 : null
    if (offset !== null && moved.readUInt32LE(offset) > 0) moved.writeUInt32LE(moved.readUInt32LE(offset) + gap, offset)
    writeSync(fd, moved, 0, moved.length, position)
    position += bytes.length
    if (position === 30 + image.path.length) position += gap
  }
  closeSync(fd)
}

/** A page of this text, and the two that are sound. */
const ofPage = (data: Buffer, change: Partial<Packed> = {}) => {
  const { text: _, ...rest } = volume({})
  const page = { path: 'case/1.txt', data, packed: deflateRawSync(data, { level: 1 }), ...change }
  return { ...rest, zip: zipBytes([page, ...soundPages.slice(1)]) }
}

const manyPages = (count: number) => {
  const { text: _, ...rest } = volume({})
  const zip = (path: string) => {
    const pages = Array.from(
      { length: count },
      (_, index): Packed => ({ path: `case/${index + 1}.txt`, data: `page ${index + 1}`, method: 0 }),
    )
    writeFileSync(path, zipBytes(pages, { zip64: zip64End, count: 0xffff, directoryOffset: 0xffffffff }))
  }
  return { ...rest, mets: (path: string) => writeFileSync(path, plainMets(count)), zip }
}

const filled =
  (head: string, piece: string, tail: string, megabytes = 50) =>
  () => {
    const fill = Buffer.alloc(megabytes * mebibyte - ((megabytes * mebibyte) % Buffer.byteLength(piece)), piece)
    return Buffer.concat([Buffer.from(head), fill, Buffer.from(tail)])
  }
const line = '<TextLine id="l"><TextEquiv><Unicode>é and more</Unicode></TextEquiv></TextLine>'
const swollenPages = [
  filled(
    '<alto><Layout><Page><PrintSpace>',
    '<TextLine><String CONTENT="é"/><SP/><String CONTENT="more"/></TextLine>',
    '</PrintSpace></Page></Layout></alto>',
  ),
  filled('<PcGts><Page><TextRegion id="r">', line, '</TextRegion></Page></PcGts>'),
  filled(
    '<html><body><div class="ocr_page">',
    '<span class="ocr_line"><span class="ocrx_word">é</span> more</span>',
    '</div></body></html>',
  ),
]
const hathifiles = [
  () => ({ name: 'hathi_full.txt', bytes: filled('mdp.1\tallow\t', 'x', '\n', 70)() }),
  () => ({ name: 'hathi_full.txt.gz', bytes: gzipSync(Buffer.alloc(200 * mebibyte), { level: 1 }) }),
]
const recordFiles = [
  () => ({
    name: 'records.json',
    bytes: filled('{"id":"1"}\n{"id":"2","x":"', 'x', '"}\n{"id":"3"}\n', 70)(),
    intact: ['1', '3'],
  }),
  () => ({
    name: 'records.json',
    bytes: filled('[{"id":"1"},\n{"id":"2","x":["', 'x","', '"]},\n{"id":"3"}]', 70)(),
    intact: ['1', '3'],
  }),
  () => ({
    name: 'records.json.gz',
    bytes: gzipSync(filled('[{"id":"1"},\n{"id":"2","x":"', 'x', '', 200)(), { level: 1 }),
    intact: ['1'],
  }),
]

export const largeKinds: readonly Kind[] = [
  large('METS', '50 MB of one thing', 5, (_, index) => swollen(nth(pieces, index)), ['document']),
  large('METS', '50 MB in one attribute, or in one name', 2, (_, index) =>
    nth([without(/iii/, 'i'), without(/x>other/, 'x')], index)(),
  ),
  large('METS', 'above the limit of 64 MiB', 1, () => swollen('<METS:x/>', 65), ['METS_TOO_LARGE']),
  large('METS', '100,000 pages', 1, () => manyPages(100_000), ['document']),
  large('zip', '700 MB of images before the text', 1, () => volume({ zip: afterImages(700) }), ['document']),
  large(
    'zip',
    'pages of 50 MB',
    3,
    (_, index) => ofPage(Buffer.alloc(50 * mebibyte, nth(['A page. ', '"\\', 'é-\n中 '], index))),
    ['document'],
  ),
  large('zip', 'a bomb by ratio, its size told', 1, () => ofPage(Buffer.alloc(60 * mebibyte)), ['document']),
  large(
    'zip',
    'a bomb by ratio, its size a lie',
    2,
    (_, index) => ofPage(Buffer.alloc(60 * mebibyte), { size: nth([1_000, 0], index) }),
    ['ZIP_ENTRY_DAMAGED'],
  ),
  large('zip', 'a page above the limit of 64 MiB', 1, () => ofPage(Buffer.alloc(65 * mebibyte)), [
    'ZIP_ENTRY_TOO_LARGE',
  ]),
  large(
    'zip',
    'bombs that are too much together',
    1,
    () => {
      const data = Buffer.alloc(60 * mebibyte)
      const packed = deflateRawSync(data)
      const pages = Array.from({ length: 5 }, (_, index): Packed => ({ path: `case/${index + 1}.txt`, data, packed }))
      return { ...volume({ zip: zipBytes(pages), mets: plainMets(5) }) }
    },
    ['VOLUME_TOO_LARGE'],
  ),
  large('ALTO, PAGE, hOCR', 'bombs by ratio, page after page', 2, (_, index) => {
    const data = filled('<alto>', nth(['<String CONTENT="x"/>', ' '], index), '</alto>', 60)()
    const packed = deflateRawSync(data)
    return markupZip(Array.from({ length: 3 }, () => ({ data, packed })))
  }),
  large('ALTO, PAGE, hOCR', 'a page of 50 MB', 3, (_, index) => withPage(index, swollenPages[index % 3]!()), [
    'document',
  ]),
  large(
    'ALTO, PAGE, hOCR',
    'a page above the limit of 64 MiB',
    1,
    () => withPage(0, Buffer.alloc(65 * mebibyte, ' ')),
    ['PAGE_TOO_LARGE'],
  ),
  large('hathifile', 'a line of 70 MB, a packed file of 200 MB of nothing', 2, (_, index) => ({
    of: 'hathifile',
    ...nth(hathifiles, index)(),
  })),
  large(
    'record file',
    'a record of 70 MB in a line and in a document, a packed file of 200 MB of one record',
    3,
    (_, index) => ({ of: 'records', ...nth(recordFiles, index)() }),
  ),
]
