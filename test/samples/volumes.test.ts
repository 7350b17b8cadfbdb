import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { libraryFiles } from '../../samples/library.ts'
import { deflate } from '../../samples/volume/deflate.ts'
import { filesBelow, type MetsView, metsView, read, shelf, unzipped } from './shelf.ts'

const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex')

interface Opened {
  readonly mets: MetsView
  readonly zip: Buffer
  /** By base name: what METS calls them. */
  readonly entries: Map<string, Buffer>
}

async function open(base: string): Promise<Opened> {
  const zip = read(`${base}.zip`)
  const entries = [...(await unzipped(zip))].map(([name, bytes]) => [name.split('/').at(-1)!, bytes] as const)
  return { mets: metsView(read(`${base}.mets.xml`)), zip, entries: new Map(entries) }
}

const sound = (day: string): [string, string][] =>
  [...shelf(day)].filter(([id]) => !/trouble_(no_mets|zip_not_zip|page_missing)/.test(id) || day === 'corrected')

describe('the library in the repository', () => {
  test('is what the generator makes, byte for byte', () => {
    const made = libraryFiles()
    expect(filesBelow('.').sort()).toEqual([...made.keys()].sort())
    expect([...made].filter(([path, bytes]) => !read(path).equals(bytes)).map(([path]) => path)).toEqual([])
  })

  test('is smaller than 5 MB', () => {
    const total = filesBelow('.').reduce((sum, path) => sum + read(path).length, 0)
    expect(total).toBeLessThan(5_000_000)
  })
})

describe.each(['day-1', 'day-2', 'corrected'])('volumes of %s', (day) => {
  test.each(sound(day))('%s: METS tells the size and checksum of its zip and of every page', async (_, base) => {
    const { mets, zip, entries } = await open(base)
    const [archive, ...pages] = mets.files
    expect(archive).toMatchObject({ use: 'zip archive', size: zip.length, md5: md5(zip) })
    const wrong = pages.filter(({ href, size, md5: sum }) => {
      const bytes = entries.get(href)
      return bytes === undefined || bytes.length !== size || md5(bytes) !== sum
    })
    expect(wrong).toEqual([])
    expect(new Set(pages.map((page) => page.href))).toEqual(new Set(entries.keys()))
  })

  test.each(sound(day))('%s: pages are numbered without gap, each with one text', async (_, base) => {
    const { pages, files } = metsView(read(`${base}.mets.xml`))
    expect(pages.map((page) => page.order)).toEqual(pages.map((__, index) => index + 1))
    const texts = new Set(files.filter((file) => file.use === 'ocr').map((file) => file.id))
    expect(pages.filter((page) => page.fileIds.filter((id) => texts.has(id)).length !== 1)).toEqual([])
    expect(texts.size).toBe(pages.length)
  })
})

describe('troubles', () => {
  const base = (id: string): string => shelf('day-1').get(id)!

  test('no METS: only the zip is there', () => {
    const place = base('demo1.trouble_no_mets')
    expect(filesBelow('day-1').filter((path) => path.startsWith(place))).toEqual([`${place}.zip`])
  })

  test('zip is no zip: METS is sound, the archive is text', async () => {
    const place = base('demo1.trouble_zip_not_zip')
    expect(metsView(read(`${place}.mets.xml`)).pages).toHaveLength(20)
    await expect(unzipped(read(`${place}.zip`))).rejects.toThrow('End of central directory')
  })

  test('page missing: page 13 alone', async () => {
    const { mets, entries } = await open(base('demo1.trouble_page_missing'))
    const missing = mets.files.filter((file) => file.use === 'ocr' && !entries.has(file.href))
    expect(missing.map((file) => file.href)).toEqual(['00000013.txt'])
  })

  test('empty pages and invalid UTF-8 are in their own volumes and nowhere else', async () => {
    const counts: Record<string, number[]> = {}
    for (const [id, place] of sound('day-1')) {
      const texts = [...(await open(place)).entries].filter(([name]) => name.endsWith('.txt')).map(([, bytes]) => bytes)
      const empty = texts.filter((bytes) => bytes.toString('utf8').trim() === '').length
      const invalid = texts.filter((bytes) => !isUtf8(bytes)).length
      if (empty + invalid > 0) counts[id] = [empty, invalid]
    }
    expect(counts).toEqual({ 'demo1.trouble_empty_pages': [8, 0], 'demo1.trouble_invalid_utf8': [0, 2] })
  })
})

test('every script and dialect that the library promises is there', async () => {
  const texts = await Promise.all(
    sound('day-1').map(async ([, base]) => [...(await open(base)).entries.values()].join('\n')),
  )
  for (const script of ['Latin', 'Greek', 'Cyrillic', 'Hebrew', 'Arabic', 'Han', 'Hiragana']) {
    const letters = new RegExp(`\\p{Script=${script}}`, 'gu')
    expect(texts.filter((text) => (text.match(letters)?.length ?? 0) > 5_000).length, script).toBeGreaterThan(0)
  }
  const marks = ['\u2010\n', '\u00ad\n', '\u00ac\r\n', '#{233}', 'ſ', 'ß', 'ἐ']
  expect(marks.filter((mark) => !texts.some((text) => text.includes(mark)))).toEqual([])
  const all = sound('day-1').map(([, base]) => read(`${base}.mets.xml`).toString())
  const dialects = [
    'profile2.1',
    'profile2.0',
    '<METS:mets',
    '<mets:mets',
    '<mets ',
    'ORDERLABEL="iii"',
    '>right-to-left<',
    'BACK_COVER',
    'LABEL=", COVER"',
    'LABEL=""',
  ]
  expect(dialects.filter((dialect) => !all.some((mets) => mets.includes(dialect)))).toEqual([])
  expect(all.filter((mets) => !mets.includes('PROFILE='))).toHaveLength(1)
})

test('property: what the sample deflate packs, zlib unpacks', () => {
  const runs = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 })))
  fc.assert(
    fc.property(runs, (parts) => {
      const bytes = Buffer.concat(parts.flatMap(([run, times]) => Array<Uint8Array>(times).fill(run)))
      expect(inflateRawSync(deflate(bytes)).equals(bytes)).toBe(true)
    }),
  )
})

test('the sample deflate refers back no further than the window of 32 KiB', () => {
  const sums = Array.from({ length: 1_100 }, (_, index) => createHash('sha256').update(String(index)).digest())
  const far = Buffer.concat(sums)
  for (const distance of [32_768, 32_769, 33_900]) {
    const bytes = Buffer.concat([far.subarray(0, distance), far.subarray(0, 300)])
    expect(inflateRawSync(deflate(bytes)).equals(bytes)).toBe(true)
  }
})
