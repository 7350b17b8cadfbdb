import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openPairtree } from '../../src/repository/pairtree.ts'
import { zipLimits } from '../../src/repository/zip-text.ts'
import { putItem } from './put-item.ts'
import { temporaryFolder } from './volume-folder.ts'
import { type Packed, zipOf } from './zip-writer.ts'

const openFiles = () => readdirSync('/proc/self/fd').length

async function readPages(zip: Buffer, names: string[], htid = 'mdp.1'): Promise<string[]> {
  const root = temporaryFolder()
  putItem(root, htid, { mets: 'x', zip })
  const volume = await openPairtree({ root }).open(htid)
  try {
    return (await volume.readPages(names)).map((page) => page.toString())
  } finally {
    await volume.close()
  }
}

const text = 'Call me Ishmael. '.repeat(50)
const page = (more: Partial<Packed> = {}): Packed => ({ path: '1/1.txt', data: text, ...more })

describe('pages of a zip', () => {
  test('are found in the folder of the object, in none, and in TEXT of either, and come in the order asked', async () => {
    const zip = zipOf([
      { path: 'ark+=1=x/' },
      { path: 'ark+=1=x/1.txt', data: 'one' },
      { path: '2.txt', data: 'two', method: 0, mode: 0o100644 },
      { path: 'TEXT/3.txt', data: 'three' },
      { path: 'ark+=1=x/TEXT/4.txt', data: '' },
    ])
    expect(await readPages(zip, ['4.txt', '3.txt', '1.txt', '2.txt', '1.txt'], 'mdp.ark:/1/x')).toEqual([
      '',
      'three',
      'one',
      'two',
      'one',
    ])
  })

  test('are not taken from other folders', async () => {
    const zip = zipOf([
      { path: 'other/1.txt' },
      { path: '__MACOSX/1/1.txt' },
      { path: '1/deep/1.txt' },
      { path: '1/x1.txt' },
    ])
    await expect(readPages(zip, ['1.txt'])).rejects.toMatchObject({ code: 'PAGE_MISSING' })
  })

  test('that are missing are named and counted', async () => {
    const zip = zipOf([{ path: '1/1.txt' }])
    await expect(readPages(zip, ['1.txt', '2.txt', '3.txt'])).rejects.toMatchObject({
      code: 'PAGE_MISSING',
      place: { page: '2.txt', missing: 2, expected: 3 },
    })
  })

  test('may lie far apart, out of order, and behind local headers longer than the directory says', async () => {
    const file = fc.record({
      data: fc.oneof(fc.string({ maxLength: 50 }), fc.constant(text)),
      method: fc.constantFrom(0 as const, 8 as const),
      gap: fc.constantFrom(0, 10, 70_000, 300_000),
      localExtra: fc.constantFrom(0, 20, 200, 65_000),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 12 }), fc.boolean(), async (files, reversed) => {
        const packed = files.map((each, index) => ({ ...each, path: `1/${index}.txt` }))
        const asked = reversed ? packed.toReversed() : packed
        const read = await readPages(
          zipOf(packed),
          asked.map(({ path }) => path.slice(2)),
        )
        expect(read).toEqual(asked.map(({ data }) => data))
      }),
      { numRuns: 40 },
    )
  })

  test('are read without the images: 40 MB of them cost no memory', async () => {
    const images = [{ path: '1/1.jp2', gap: 20_000_000 }, page(), { path: '1/2.jp2', gap: 20_000_000 }]
    const zip = zipOf(images)
    const before = process.memoryUsage().arrayBuffers
    expect(await readPages(zip, ['1.txt'])).toEqual([text])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000)
  })

  test.each<[string, string, Packed[]]>([
    ['whose checksum is wrong', 'ZIP_ENTRY_DAMAGED', [page({ crc: 1 })]],
    ['that are larger than stated', 'ZIP_ENTRY_DAMAGED', [page({ size: 10 })]],
    ['that are smaller than stated', 'ZIP_ENTRY_DAMAGED', [page({ size: text.length + 1 })]],
    ['that are stated empty and are not', 'ZIP_ENTRY_DAMAGED', [page({ size: 0 })]],
    ['stored with two sizes', 'ZIP_ENTRY_DAMAGED', [page({ method: 0, size: 10 })]],
    ['whose compressed bytes are cut', 'ZIP_ENTRY_DAMAGED', [page({ compressedSize: 10 })]],
    ['that reach beyond the zip', 'ZIP_ENTRY_DAMAGED', [page({ compressedSize: 1_000_000 })]],
    ['whose place holds another file', 'ZIP_ENTRY_DAMAGED', [page({ localPath: '1/2.txt' })]],
    ['whose place is no header', 'ZIP_ENTRY_DAMAGED', [page({ offset: 3 })]],
    ['above the limit', 'ZIP_ENTRY_TOO_LARGE', [page({ size: zipLimits.page + 1 })]],
    ['that are encrypted', 'ZIP_ENTRY_UNSUPPORTED', [page({ flags: 1 })]],
    ['of another compression', 'ZIP_ENTRY_UNSUPPORTED', [page({ method: 12 })]],
    ['that are a link', 'ZIP_ENTRY_UNSUPPORTED', [page({ mode: 0o120777, data: '../../secret.txt' })]],
    ['that are there twice', 'ZIP_DUPLICATE_NAME', [page(), page()]],
    ['that are in two folders', 'ZIP_DUPLICATE_NAME', [page(), page({ path: '1.txt' })]],
    ['beside a path that leaves the zip', 'ZIP_UNREADABLE', [page(), page({ path: '../1.txt' })]],
    ['beside an absolute path', 'ZIP_UNREADABLE', [page(), page({ path: '/etc/passwd' })]],
    ['behind a wrong offset beyond the end', 'ZIP_ENTRY_DAMAGED', [page({ offset: 0xfffffff0 })]],
  ])('%s are refused as %s, with the zip named and closed', async (_, code, files) => {
    const before = openFiles()
    await expect(readPages(zipOf(files), ['1.txt'])).rejects.toMatchObject({
      code,
      class: 'item',
      place: { zip: expect.stringContaining('1.zip') },
    })
    expect(openFiles()).toBe(before)
  })

  test('that inflate to far more than stated are stopped at the stated size', async () => {
    const zip = zipOf([page({ data: Buffer.alloc(10_000_000), size: 1000 })])
    await expect(readPages(zip, ['1.txt'])).rejects.toMatchObject({
      code: 'ZIP_ENTRY_DAMAGED',
      message: '1/1.txt is larger than stated.',
    })
  })

  test('with more text than an item may have are refused before they are inflated', async () => {
    const files = Array.from({ length: 5 }, (_, index) => page({ path: `1/${index}.txt`, size: zipLimits.page }))
    await expect(readPages(zipOf(files), ['0.txt', '1.txt', '2.txt', '3.txt', '4.txt'])).rejects.toMatchObject({
      code: 'VOLUME_TOO_LARGE',
    })
  })

  test('of lying images do not matter', async () => {
    expect(await readPages(zipOf([{ path: '1/1.jp2', size: 5, flags: 1, method: 12 }, page()]), ['1.txt'])).toEqual([
      text,
    ])
  })
})

describe('a file that is no zip', () => {
  const whole = zipOf([page(), { path: '1/2.txt', data: text }])
  test.each([
    ['empty', Buffer.alloc(0)],
    ['of text', Buffer.from('This is no zip.')],
    ['cut in the directory', whole.subarray(0, -30)],
    ['cut in the end record', whole.subarray(0, -5)],
    ['without its beginning', whole.subarray(100)],
    ['with bytes behind its end', Buffer.concat([whole, Buffer.from('more')])],
  ])('%s is ZIP_UNREADABLE', async (_, zip) => {
    await expect(readPages(zip, ['1.txt'])).rejects.toMatchObject({ code: 'ZIP_UNREADABLE', class: 'item' })
  })

  test('a directory of 20,000 entries is read without exhausting the stack', async () => {
    const files = Array.from({ length: 20_000 }, (_, index) => ({
      path: `1/${index}.txt`,
      data: String(index),
      method: 0 as const,
    }))
    expect(await readPages(zipOf(files), ['19999.txt', '0.txt'])).toEqual(['19999', '0'])
    const twice = zipOf([...files, files.at(-1)!])
    await expect(readPages(twice, ['19999.txt'])).rejects.toMatchObject({ code: 'ZIP_DUPLICATE_NAME' })
  })

  test('any damage ends in a code of the item or in the right text, never in anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const zip = Buffer.from(whole)
        zip[at]! ^= change
        const result = await readPages(zip, ['1.txt', '2.txt']).catch((error) => error)
        if (Array.isArray(result)) expect(result).toEqual([text, text])
        else expect(result).toMatchObject({ name: 'SlipError', class: 'item' })
      }),
      { numRuns: 100 },
    )
  })
})

test('pages whose text is 300 MiB of markup are read, a few at a time, when what is kept of them is small', async () => {
  const names = ['1.xml', '2.xml', '3.xml', '4.xml', '5.xml']
  const data = Buffer.alloc(60 * 2 ** 20)
  const root = temporaryFolder()
  putItem(root, 'mdp.1', { mets: '<mets/>', zip: zipOf(names.map((path) => ({ path, data }))) })
  const volume = await openPairtree({ root }).open('mdp.1')
  onTestFinished(() => volume.close())
  const lengths: number[] = []
  const keep = (bytes: Buffer, name: string) => {
    lengths.push(bytes.buffer.byteLength)
    return Buffer.from(name)
  }
  expect((await volume.readPages(names, { keep })).map(String)).toEqual(names)
  expect(Math.max(...lengths)).toBeLessThan(2 * data.length)
  await expect(volume.readPages(names)).rejects.toMatchObject({ code: 'VOLUME_TOO_LARGE' })
})

const found = '../shared/data/zip-only'
describe.skipIf(!existsSync(found))('zips of other makers (skipped when ../shared/data is absent)', () => {
  const read = (name: string, pages: string[], htid: string) => readPages(readFileSync(`${found}/${name}`), pages, htid)

  test('pages in any of the known layouts are read', async () => {
    expect(
      (await read('test.9999.zip', ['00000001.txt', '00000004.txt'], 'test.9999')).map((each) =>
        Buffer.byteLength(each),
      ),
    ).toEqual([1640, 1915])
    expect(await read('sip-nodirs.zip', ['00000001.txt'], 'test.x')).toHaveLength(1)
    expect(await read('sip-deeply_nested.zip', ['00000001.txt', '00000002.txt'], 'test.x')).toHaveLength(2)
    expect(await read('epub-sip-ark+=87302=t00000001.zip', ['00000003.txt'], 'test.ark:/87302/t00000001')).toHaveLength(
      1,
    )
  })

  test.each([
    ['datasets-001.zip', 'ZIP_UNREADABLE'],
    ['sip-empty.zip', 'PAGE_MISSING'],
    ['sip-duplicate_filenames.zip', 'PAGE_MISSING'],
    ['htrc-example-5x10pages.zip', 'PAGE_MISSING'],
  ])('%s is %s', async (name, code) => {
    await expect(read(name, ['00000001.txt'], 'test.x')).rejects.toMatchObject({ code })
  })
})
