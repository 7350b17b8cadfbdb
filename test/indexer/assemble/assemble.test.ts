import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type AssembledDocument,
  type AssemblyInput,
  assemble,
  stamped,
} from '../../../src/indexer/assemble/assemble.ts'
import { fields } from '../../../src/shards/fields.ts'
import { assemblyInput, provenance, type TestVolume } from './volume.ts'

async function make(volume: TestVolume, change: Partial<AssemblyInput> = {}): Promise<AssembledDocument> {
  const input = await assemblyInput(volume)
  onTestFinished(() => input.volume.close())
  return assemble({ ...input, ...change })
}
const textOf = ({ json, provenance }: AssembledDocument) => `${json}${provenance}`
const jsonOf = (document: AssembledDocument) => JSON.parse(textOf(document))
const pagesOf = ({ json, pages }: AssembledDocument) =>
  pages.map(({ offset, length }) => JSON.parse(`"${json.subarray(offset, offset + length)}"`))

const record = {
  id: '000004150',
  title: ['Zionism "and" the state', 'Another title'],
  title_ab: 'Zionism',
  vtitle: [''],
  author: ['Sacher, Harry'],
  publishDate: [1915],
  language: ['English', ''],
  title_display: 'Zionism / Sacher\u0000\ud800',
  ht_id_display: ['mdp.10|20200101|v.10|1910||||x', 'mdp.1|20200101|v.1|1911||||x'],
}

describe('a document', () => {
  test('holds the fields of the table that have a value, in its order, and nothing else', async () => {
    const document = await make({
      pages: ['One com-\nplete "page"', 'two'],
      record,
      mets: { gbs: '<g:coverTag>x</g:coverTag>' },
    })
    expect(textOf(document)).toBe(
      JSON.stringify({
        id: 'mdp.1',
        vol_id: 'mdp.1',
        record_no: '000004150',
        rights: 1,
        title: ['Zionism "and" the state', 'Another title'],
        Vtitle: ['Zionism "and" the state', 'Another title'],
        title_ab: ['Zionism'],
        title_display: ['Zionism / Sacher'],
        author: ['Sacher, Harry'],
        Vauthor: ['Sacher, Harry'],
        authorStr: ['Sacher, Harry'],
        publishDate: ['1915'],
        publishDateRange: ['1910-1919'],
        date: '1915',
        enumPublishDate: ['1911'],
        enumPublishDateRange: ['1910-1919'],
        bothPublishDate: ['1911'],
        bothPublishDateRange: ['1910-1919'],
        language: ['English'],
        volume_enumcron: ['v.1'],
        ht_reading_order: 'left-to-right',
        ht_scanning_order: 'left-to-right',
        ht_cover_tag: 'x',
        ocr: 'One complete "page" two',
        rev: 3,
        fence: 1_764_000_000_000_000,
        digest: document.digest,
        pages: 2,
        read_pages: 2,
        empty_pages: 0,
        invalid_bytes: 0,
        code_version: '0.1.0',
        schema_version: 1,
        config_digest: 'c0ffee',
        host: 'index-1',
        assembled_at: '2025-11-24T14:40:00.000Z',
      }),
    )
    const names = fields.map(({ name }) => name)
    expect(Object.keys(jsonOf(document)).toSorted((a, b) => names.indexOf(a) - names.indexOf(b))).toEqual(
      Object.keys(jsonOf(document)),
    )
    expect(document).toMatchObject({
      id: 'mdp.1',
      rev: 3,
      fence: provenance.fence,
      bytes: Buffer.byteLength(textOf(document)),
    })
  })

  test('stamped anew differs in rev and fence only, and has its text in memory once', async () => {
    const document = await make({ pages: ['one'], record })
    const other = stamped(document, { rev: 4, fence: 12 })
    expect(jsonOf(other)).toEqual({ ...jsonOf(document), rev: 4, fence: 12 })
    expect(other).toMatchObject({ rev: 4, fence: 12, bytes: Buffer.byteLength(textOf(other)) })
    expect(other.json).toBe(document.json)
  })

  test('says where the text of each page lies, in METS order, printed number and all', async () => {
    const mets = {
      pages: [
        { order: 10, file: '3.txt', label: 'iii' },
        { order: 2, file: '1.txt' },
        { order: 9, file: '2.txt' },
      ],
    }
    const document = await make({ pages: ['first "a"\\', ' \n', 'last é'], mets })
    expect(document.pages.map(({ order, label }) => [order, label])).toEqual([
      [2, null],
      [9, null],
      [10, 'iii'],
    ])
    expect(pagesOf(document)).toEqual(['first "a"\\', '', 'last é'])
    expect(jsonOf(document).ocr).toBe('first "a"\\ last é')
  })

  test('counts pages expected, read and empty, and what was no character', async () => {
    const mets = {
      pages: [
        { order: 1, file: '1.txt' },
        { order: 2, file: null },
        { order: 3, file: '2.txt' },
      ],
    }
    const document = await make({ pages: [Buffer.from([0x61, 0xff, 0x62]), ''], mets })
    expect(document.counts).toEqual({ expected: 3, read: 2, empty: 2, invalidBytes: 1, cut: [] })
    expect(jsonOf(document)).toMatchObject({ pages: 3, read_pages: 2, empty_pages: 2, invalid_bytes: 1 })
    expect(pagesOf(document)).toEqual(['a b', '', ''])
  })

  test('of a volume without any text is a document', async () => {
    const document = await make({ pages: ['', ''] })
    expect(document.counts).toMatchObject({ expected: 2, read: 2, empty: 2 })
    expect(jsonOf(document).ocr).toBe('')
    const marked = await make({ pages: ['', ''], text: { emptyPageToken: '__EMPTYOCR__' } })
    expect(jsonOf(marked).ocr).toBe('__EMPTYOCR__ __EMPTYOCR__')
    expect(marked.pages.every(({ length }) => length === 0)).toBe(true)
  })

  test('is never made with a page missing', async () => {
    await expect(make({ pages: ['one', null, null] })).rejects.toMatchObject({
      code: 'PAGE_MISSING',
      place: { page: '2.txt', missing: 2, expected: 3 },
    })
  })

  test('has the pages there are where a person waived the gap, the others counted as empty', async () => {
    const volume = { pages: ['one', null, 'three', null] }
    const document = await make(volume, { gapsWaived: true })
    expect(document.counts).toMatchObject({ expected: 4, read: 2, empty: 2 })
    expect(document.pages.map(({ order, length }) => [order, length])).toEqual([
      [1, 3],
      [2, 0],
      [3, 5],
      [4, 0],
    ])
    const { digest } = await make({ pages: ['one', '', 'three', ''] })
    expect(document.digest).toBe(digest)
    const whole = { pages: ['one', 'two'] }
    expect((await make(whole, { gapsWaived: true })).digest).toBe((await make(whole)).digest)
  })

  test('keeps the hyphens of line ends when dehyphenate is off', async () => {
    expect(jsonOf(await make({ pages: ['com-\nplete'], text: { dehyphenate: false } })).ocr).toBe('com- plete')
  })
})

describe('the digest of a document', () => {
  const base: TestVolume = { pages: ['one', 'two'], record }
  const digest = async (volume: TestVolume, change: Partial<AssemblyInput> = {}) => (await make(volume, change)).digest

  test('does not change with provenance, the order of keys, or fields that reach no document', async () => {
    const other = {
      ...provenance,
      rev: 4,
      fence: 5,
      codeVersion: '9',
      schemaVersion: 2,
      configDigest: 'x',
      host: 'y',
      assembledAt: 'z',
      inputs: '',
    }
    expect(await digest(base, { provenance: other })).toBe(await digest(base))
    const reversed = Object.fromEntries(Object.entries(record).toReversed()) as typeof record
    expect(await digest({ ...base, record: { ...reversed, time_of_index: 'now' } })).toBe(await digest(base))
  })

  test('changes with everything a reader or an engine sees', async () => {
    const mets = (more: object) => ({
      pages: [
        { order: 1, file: '1.txt', ...more },
        { order: 2, file: '2.txt' },
      ],
    })
    const variants = await Promise.all([
      digest(base),
      digest(base, { attr: 2 }),
      digest({ ...base, pages: ['one', 'twO'] }),
      digest({ ...base, pages: ['one two', ''] }),
      digest({ ...base, record: { ...record, title: ['x'] } }),
      digest({ ...base, record: { ...record, id: '2' } }),
      digest({ ...base, mets: mets({ label: '7' }) }),
      digest({ ...base, mets: mets({ features: 'TITLE' }) }),
      digest({
        ...base,
        mets: {
          pages: [
            { order: 1, file: '1.txt' },
            { order: 3, file: '2.txt' },
          ],
        },
      }),
    ])
    expect(new Set(variants).size).toBe(variants.length)
    for (const each of variants) expect(each).toMatch(/^[0-9a-f]{32}$/)
  })
})
