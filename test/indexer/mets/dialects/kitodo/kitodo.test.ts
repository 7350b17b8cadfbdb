import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readMets } from '../../../../../src/indexer/mets/read-mets.ts'
import { temporaryFolder } from '../../../../repository/volume-folder.ts'
import { assembleFolder } from '../assembled.ts'
import { altoIndependently } from '../independent-alto.ts'
import { otherMets } from '../mets-of.ts'

const read = (mets: string) => readMets(Buffer.from(mets))
const image = 'https://example.org/max/00000001.jpg|image/jpeg'

describe('METS of Kitodo', () => {
  test('has its text in the group FULLTEXT, whatever its MIMETYPE, and no features', () => {
    const mets = read(otherMets([{ label: ' - ', files: { MAX: image, FULLTEXT: './alto/1.xml|application/pdf' } }]))
    expect(mets).toMatchObject({ dialect: 'Kitodo', text: 'named', features: [], readingOrder: 'left-to-right' })
    expect(mets.pages).toMatchObject([{ order: 1, label: ' - ', file: 'alto/1.xml', format: null, features: [] }])
  })

  test.each(['ALTO', 'ALTO3', 'alto'])('has its text in a group called %s, by USE or by ID', (name) => {
    const byUse = otherMets([{ files: { OBJECTS: 'objects/1.jp2|image/jp2', [name]: 'alto/1.xml|text/xml' } }])
    const byId = byUse.replace(`<m:fileGrp USE="${name}">`, `<m:fileGrp ID="${name}">`)
    const byBoth = byUse.replace(`<m:fileGrp USE="${name}">`, `<m:fileGrp ID="${name}" USE="DOWNLOAD">`)
    for (const mets of [byUse, byId, byBoth]) {
      expect(read(mets)).toMatchObject({ dialect: 'Kitodo', text: 'named', pages: [{ file: 'alto/1.xml' }] })
    }
  })

  test('of groups of ALTO has FULLTEXT, else that of the later version', () => {
    const both = { ALTO4: '4.xml', ALTO3: '3.xml', ALTO: '1.xml' }
    expect(read(otherMets([{ files: both }])).pages).toMatchObject([{ file: '4.xml' }])
    expect(read(otherMets([{ files: { ...both, FULLTEXT: 'f.xml' } }])).pages).toMatchObject([{ file: 'f.xml' }])
  })

  test('of groups of ALTO has for each page the best that has a file of it', () => {
    const mets = read(
      otherMets([
        { files: { ALTO3: '1.xml' } },
        { files: { ALTO3: '2.xml', ALTO4: '2v4.xml' } },
        { files: { MAX: image } },
      ]),
    )
    expect(mets.pages.map(({ file }) => file)).toEqual(['1.xml', '2v4.xml', null])
    const three = { FULLTEXT: 'f.xml', ALTO: 'a.xml', ocr: 'o.xml|text/xml' }
    const { ALTO, ocr } = three
    const some = read(otherMets([{ files: three }, { files: { ALTO, ocr } }, { files: { ocr } }]))
    expect(some.pages.map(({ file }) => file)).toEqual(['f.xml', 'a.xml', 'o.xml'])
    expect(some.unused).toEqual([])
  })

  test('of a page whose FULLTEXT is blank has the text of another group', async () => {
    const folder = temporaryFolder()
    const pages = ['1', '2'].map((page) => ({ files: { FULLTEXT: `full${page}.txt`, ALTO: `alto${page}.txt` } }))
    writeFileSync(join(folder, 'mets.xml'), otherMets(pages))
    writeFileSync(join(folder, 'full1.txt'), ' \n')
    for (const name of ['alto1', 'full2', 'alto2']) writeFileSync(join(folder, `${name}.txt`), name)
    expect((await assembleFolder(folder, 'mets.xml')).pages).toMatchObject([{ text: 'alto1' }, { text: 'full2' }])
  })

  test('with markup in a group ocr is none of HathiTrust, whose text is plain', () => {
    const mets = read(otherMets([{ files: { ocr: '1.xml|text/xml' } }]))
    expect(mets).toMatchObject({ dialect: 'Kitodo', pages: [{ file: '1.xml', format: null }] })
    expect(read(otherMets([{ files: { ocr: '1.txt|text/plain' } }])).dialect).toBe('HathiTrust volume')
  })

  test.each(['image', 'IMAGE', 'coordOCR'])('knows what its images are called, in a group %s too', (use) => {
    expect(read(otherMets([{ files: { [use]: 'scans/0001.tif|image/tiff' } }]))).toMatchObject({
      text: 'beside',
      pages: [{ images: ['0001'] }],
    })
  })

  test('has pages of images only beside those with text', () => {
    const mets = read(otherMets([{ files: { MAX: image } }, { files: { MAX: image, FULLTEXT: '2.xml' } }]))
    expect(mets.pages.map(({ file }) => file)).toEqual([null, '2.xml'])
  })

  test.each([
    ['FULLTEXT/1.xml', 'in the folder'],
    ['1.xml', 'beside the METS'],
  ])('names a text that is %s', async (file, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'slip-kitodo-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    mkdirSync(join(folder, 'FULLTEXT'))
    writeFileSync(join(folder, 'mets.xml'), otherMets([{ files: { FULLTEXT: '1.xml' } }]))
    writeFileSync(
      join(folder, file),
      `<alto><Layout><Page><TextLine><String CONTENT="${text}"/></TextLine></Page></Layout></alto>`,
    )
    expect((await assembleFolder(folder, 'mets.xml')).pages).toMatchObject([{ text }])
  })

  test('has its text at URLs of which the files lie in the item', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'FULLTEXT'))
    const url = (name: string) => `https://example.org/retrieve/7f3-${name}/${name}?download=true`
    const names = ['1.xml', 'b%20c.xml', 'd.xml']
    writeFileSync(join(folder, 'mets.xml'), otherMets(names.map((name) => ({ files: { FULLTEXT: url(name) } }))))
    for (const name of ['1.xml', 'b c.xml', 'd.xml']) {
      const alto = `<alto><Page><TextLine><String CONTENT="text of ${name}"/></TextLine></Page></alto>`
      writeFileSync(join(folder, 'FULLTEXT', name), alto)
    }
    const { pages, counts } = await assembleFolder(folder, 'mets.xml')
    expect(pages.map(({ text }) => text)).toEqual(['text of 1.xml', 'text of b c.xml', 'text of d.xml'])
    expect(counts).toMatchObject({ expected: 3, read: 3, empty: 0 })
  })

  test('whose text is at URLs and not in the item is METS_BAD_REFERENCE: nothing is fetched', async () => {
    const folder = temporaryFolder()
    const asked: unknown[] = []
    const server = createServer((request, response) => {
      asked.push(request.url)
      response.end('text')
    })
    await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    writeFileSync(join(folder, 'mets.xml'), otherMets([{ files: { FULLTEXT: `http://127.0.0.1:${port}/alto/1.xml` } }]))
    for (const gapsWaived of [false, true]) {
      await expect(assembleFolder(folder, 'mets.xml', { gapsWaived })).rejects.toMatchObject({
        code: 'METS_BAD_REFERENCE',
        place: { order: 1 },
      })
    }
    expect(asked).toEqual([])
  })

  test('whose texts at URLs are in the item but for one is PAGE_MISSING', async () => {
    const folder = temporaryFolder()
    const pages = ['1.txt', '2.txt'].map((name) => ({ files: { FULLTEXT: `https://example.org/${name}` } }))
    writeFileSync(join(folder, 'mets.xml'), otherMets(pages))
    writeFileSync(join(folder, '2.txt'), 'second')
    await expect(assembleFolder(folder, 'mets.xml')).rejects.toMatchObject({
      code: 'PAGE_MISSING',
      place: { page: '1.txt', missing: 1 },
    })
    const { pages: found } = await assembleFolder(folder, 'mets.xml', { gapsWaived: true })
    expect(found).toMatchObject([{ text: '' }, { text: 'second' }])
  })

  test('with texts at two URLs that end alike has those that are called as their IDs, else is METS_BAD_REFERENCE', async () => {
    const folder = temporaryFolder()
    const pages = ['1', '2'].map((page) => ({ files: { FULLTEXT: `https://example.org/full.xml?page=${page}` } }))
    writeFileSync(join(folder, 'mets.xml'), otherMets(pages))
    writeFileSync(join(folder, 'full.xml'), '<alto/>')
    await expect(assembleFolder(folder, 'mets.xml')).rejects.toMatchObject({
      code: 'METS_BAD_REFERENCE',
      place: { order: 2 },
    })
    writeFileSync(join(folder, 'FULLTEXT_0.txt'), 'first')
    writeFileSync(join(folder, 'FULLTEXT_1.txt'), 'second')
    expect((await assembleFolder(folder, 'mets.xml')).pages).toMatchObject([{ text: 'first' }, { text: 'second' }])
  })

  test('with several pages in the file of one URL has each at its part', () => {
    const one = ['#a', '#b'].map((part) => ({ files: { FULLTEXT: `https://example.org/1/full.xml${part}` } }))
    expect(read(otherMets(one)).pages).toMatchObject([{ part: { ids: ['a'] } }, { part: { ids: ['b'] } }])
  })

  test('may have a PROFILE of its own', () => {
    const mets = otherMets([{ files: { FULLTEXT: '1.xml' } }], { profile: 'http://example.org/profile.xml' })
    expect(read(mets)).toMatchObject({ dialect: 'Kitodo', pages: [{ file: '1.xml', group: 'FULLTEXT' }] })
  })

  test('without text in METS knows what its images are called', () => {
    const mets = read(otherMets([{ files: { DEFAULT: image, LOCAL: './x_tif\\00000001.tif|image/tiff' } }]))
    expect(mets).toMatchObject({ dialect: 'Kitodo', text: 'beside', pages: [{ file: null, images: ['00000001'] }] })
  })

  test.each([
    [
      'in an answer',
      (mets: string) =>
        `<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><GetRecord><record><metadata>${mets}</metadata></record></GetRecord></OAI-PMH>`,
    ],
    [
      'in a record',
      (mets: string) =>
        `<o:record xmlns:o="http://www.openarchives.org/OAI/2.0/"><o:metadata>${mets}</o:metadata></o:record>`,
    ],
  ])('is read through an OAI envelope: %s', (_, envelope) => {
    expect(read(envelope(otherMets([{ files: { FULLTEXT: '1.xml' } }]))).pages).toHaveLength(1)
  })

  test.each([
    ['with an error', '<error code="idDoesNotExist"/>'],
    ['with two METS', otherMets([{ files: {} }]).repeat(2)],
  ])('an OAI envelope %s is METS_UNREADABLE', (_, inside) => {
    const envelope = `<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">${inside}</OAI-PMH>`
    expect(() => read(envelope)).toThrow(expect.objectContaining({ code: 'METS_UNREADABLE' }))
  })

  test.each([
    ['a URL of a folder', 'http://example.org/1/'],
    ['a URL that ends in a slash percent-encoded', 'http://example.org/1%2F1.xml'],
    ['a URL of another kind', 'ftp://example.org/1.xml'],
    ['..', '../../other/1.xml'],
    ['a slash percent-encoded twice', 'x%252F1.xml'],
  ])('whose text is %s is METS_BAD_REFERENCE', (_, href) => {
    expect(() => read(otherMets([{ files: { FULLTEXT: href } }]))).toThrow(
      expect.objectContaining({ code: 'METS_BAD_REFERENCE', place: { order: 1 } }),
    )
  })

  test.each([
    ['no pages', otherMets([]), 'METS_NO_PAGES'],
    ['tracks of a film', otherMets([{ type: 'track', files: { DEFAULT: 'film.mp4' } }]), 'METS_NO_PAGES'],
    ['two pages of one ORDER', otherMets([{ files: {} }, { order: 1, files: {} }]), 'METS_PAGE_ORDER'],
    ['a page without ORDER among others', otherMets([{ files: {} }, { order: null, files: {} }]), 'METS_PAGE_ORDER'],
    [
      'a pointer to nowhere',
      otherMets([{ files: { MAX: image } }]).replace('FILEID="MAX_0"', 'FILEID="gone"'),
      'METS_BAD_REFERENCE',
    ],
    ['a PROFILE nobody knows', otherMets([{ type: 'track', files: {} }], { profile: 'gbs' }), 'METS_UNSUPPORTED'],
  ])('with %s ends in its code', (_, mets, code) => {
    expect(() => read(mets)).toThrow(expect.objectContaining({ code }))
  })

  test('with a page that points to one text twice has it once', () => {
    const mets = otherMets([{ files: { FULLTEXT: '1.xml' } }])
    const twice = mets.replace('<m:fptr FILEID="FULLTEXT_0"/>', '<m:fptr FILEID="FULLTEXT_0"/>'.repeat(2))
    expect(read(twice).pages).toMatchObject([{ file: '1.xml' }])
  })
})

const data = '../shared/data/mets-alto'
describe.skipIf(!existsSync(data))(
  'real METS of Kitodo, Goobi, Visual Library (skipped when ../shared/data is absent)',
  () => {
    const goobi = join(data, 'goobi-kleiuniv_PPN517154005')

    test('Goobi: METS names no text; that of its 16 pages is taken from the ALTO beside it', async () => {
      const { pages, counts } = await assembleFolder(goobi, 'kleiuniv_PPN517154005.xml')
      expect(counts).toMatchObject({ expected: 16, read: 16, empty: 2, invalidBytes: 0 })
      for (const { order, text } of pages) {
        const name = `kleiuniv_PPN517154005_alto/${String(order).padStart(8, '0')}.xml`
        expect(text).toBe(altoIndependently(readFileSync(join(goobi, name), 'utf8')))
      }
    })

    test('Goobi: a page that is a file to download has no text beside the others', async () => {
      await expect(assembleFolder(goobi, 'kleiuniv_download_resources.xml')).rejects.toMatchObject({
        code: 'PAGE_MISSING',
        place: { order: 101 },
      })
    })

    test('Halle: the text of each of 4 pages, of a METS with 19 groups, is that of its ALTO', async () => {
      const halle = join(data, 'ulb-halle-737429')
      const { pages, counts } = await assembleFolder(halle, 'mets.xml')
      expect(counts).toMatchObject({ expected: 4, read: 4, empty: 0 })
      const names = ['737434', '737436', '737437', '737438']
      for (const [index, { text }] of pages.entries()) {
        expect(text).toBe(altoIndependently(readFileSync(join(halle, `FULLTEXT/${names[index]}.xml`), 'utf8')))
      }
    })

    test.each(['737429.mets.xml', '737429.oai.xml'])(
      'Halle: %s, from before the text was made, in an OAI envelope or not, has the text beside it',
      async (name) => {
        const halle = join(data, 'ulb-halle-737429')
        const { pages } = await assembleFolder(halle, name)
        expect(pages).toEqual((await assembleFolder(halle, 'mets.xml')).pages)
      },
    )

    test.each([
      ['Controller/mets_newspaper.xml', 'METS_BAD_REFERENCE'],
      ['Controller/mets_newspaper_issues.xml', 'METS_BAD_REFERENCE'],
      ['Controller/mets_toolbox.xml', 'METS_BAD_REFERENCE'],
      ['MetsDocument/mets_with_pages.xml', 'METS_BAD_REFERENCE'],
      ['MetsDocument/two_dmdsec.xml', 'METS_NO_PAGES'],
      ['MetsDocument/av_beispiel.xml', 'METS_NO_PAGES'],
    ])('Kitodo: %s, with text at URLs that is not there, or no pages, is %s', async (path, code) => {
      const [folder, name] = path.split('/') as [string, string]
      await expect(assembleFolder(join(data, 'kitodo-presentation', folder), name)).rejects.toMatchObject({ code })
    })
  },
)
