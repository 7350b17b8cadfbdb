import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inflateEntries, type PackedEntry } from '../../src/repository/inflate.ts'
import { openPairtree } from '../../src/repository/pairtree.ts'
import { putItem } from './put-item.ts'
import { temporaryFolder } from './volume-folder.ts'
import { zipOf } from './zip-writer.ts'

function packed(content: Buffer, more: { method?: number; data?: Buffer; size?: number; crc?: number } = {}) {
  const { method = 8, data = method === 8 ? deflateRawSync(content) : content } = more
  const entry = {
    path: 'x',
    rawPath: Buffer.from('x'),
    offset: 0,
    compressedSize: data.length,
    encrypted: false,
    isLink: false,
  }
  return { entry: { ...entry, method, size: more.size ?? content.length, crc32: more.crc ?? crc32(content) }, data }
}

const inflate = (entries: readonly PackedEntry[]) =>
  inflateEntries(
    entries,
    (entry, reason) => new Error(`${entries.findIndex((each) => each.entry === entry)} ${reason}`),
  )

const sound = packed(Buffer.from('neighbour'))

test('every entry comes out as it went in, deflated or stored, empty or not, in the order given', () => {
  const content = fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(0, 8))
  fc.assert(
    fc.property(fc.array(content, { maxLength: 12 }), (contents) => {
      const entries = contents.map(([bytes, method]) => packed(Buffer.from(bytes), { method }))
      expect(inflate(entries)).toEqual(contents.map(([bytes]) => Buffer.from(bytes)))
    }),
  )
})

test.each([
  ['no deflate data', { data: Buffer.from('no deflate data') }, 'cannot be inflated'],
  ['data that ends early', { data: deflateRawSync('a page of text').subarray(0, -3) }, 'cannot be inflated'],
  ['no data at all', { data: Buffer.alloc(0) }, 'cannot be inflated'],
  ['more than stated', { size: 3 }, 'is larger than stated'],
  ['less than stated', { size: 300 }, 'has 14 bytes, stated 300'],
  ['another checksum', { crc: 1 }, 'does not match its checksum'],
])('of several entries the one with %s is named', (_, lie, reason) => {
  const entries = [sound, packed(Buffer.from('a page of text'), lie), sound]
  expect(() => inflate(entries)).toThrow(`1 ${reason}`)
})

test('bytes after the end of the deflate data are no fault, as for other readers of zips', () => {
  const content = Buffer.from('a page of text')
  const entries = [
    sound,
    packed(content, { data: Buffer.concat([deflateRawSync(content), Buffer.from('rest')]) }),
    sound,
  ]
  expect(inflate(entries).map(String)).toEqual(['neighbour', 'a page of text', 'neighbour'])
})

test('an entry that goes on like a gzip file shifts no other', () => {
  const [first, second] = [Buffer.from('first'), Buffer.from('second')]
  // after the header of a gzip file come the data, checksum and size: what an entry is unpacked with
  const whole = gzipSync(first).subarray(10)
  const endings = [Buffer.alloc(8), gzipSync(second), gzipSync(second).subarray(0, -8)]
  for (const ending of endings) {
    const entry = packed(first, { data: Buffer.concat([whole, ending]) })
    expect(inflate([sound, entry, sound]).map(String)).toEqual(['neighbour', 'first', 'neighbour'])
    const claim = packed(second, { data: Buffer.concat([whole, ending]) })
    expect(() => inflate([sound, claim, sound])).toThrow('1 has 5 bytes, stated 6')
  }
})

test('pages of one volume stay what they are while the next is read', async () => {
  const root = temporaryFolder()
  const texts = ['one', 'two'].map((word) => `${word} `.repeat(400))
  for (const [index, text] of texts.entries()) {
    const pages = [8, 0, 8].map((method, page) => ({ path: `${page}.txt`, data: text, method }) as const)
    putItem(root, `mdp.${index}`, { mets: 'x', zip: zipOf(pages as never) })
  }
  const read: Buffer[][] = []
  for (const index of texts.keys()) {
    const volume = await openPairtree({ root }).open(`mdp.${index}`)
    read.push(await volume.readPages(['0.txt', '1.txt', '2.txt']))
    await volume.close()
  }
  expect(read.map((pages) => pages.map(String))).toEqual(texts.map((text) => [text, text, text]))
})

test('a volume that is closed twice closes no file of another', async () => {
  const root = temporaryFolder()
  for (const htid of ['mdp.1', 'mdp.2']) putItem(root, htid, { mets: 'x', zip: zipOf([{ path: '1.txt', data: htid }]) })
  const first = await openPairtree({ root }).open('mdp.1')
  await first.close()
  const second = await openPairtree({ root }).open('mdp.2')
  await first.close()
  expect((await second.readPages(['1.txt'])).map(String)).toEqual(['mdp.2'])
  await second.close()
})
