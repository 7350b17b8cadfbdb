import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readMets } from '../../../../../src/indexer/mets/read-mets.ts'
import { temporaryFolder } from '../../../../repository/volume-folder.ts'
import { assembleFolder } from '../assembled.ts'
import { altoIndependently } from '../independent-alto.ts'
import { otherMets } from '../mets-of.ts'

const alto = 'application/alto+xml'
const page = 'application/vnd.prima.page+xml'
const read = (files: Record<string, string>) =>
  readMets(
    Buffer.from(
      otherMets([
        { order: null, files },
        { order: null, files: {} },
      ]),
    ),
  )

describe('a workspace of OCR-D', () => {
  test.each<[what: string, files: Record<string, string>, text: string]>([
    [
      'the last step of ALTO',
      { 'OCR-D-A': `a.xml|${alto}`, 'OCR-D-B': `b.xml|${alto}`, 'OCR-D-C': `c.xml|${page}` },
      'b.xml',
    ],
    [
      'the last step of PAGE where there is no ALTO',
      { 'OCR-D-SEG': `a.xml|${page}`, 'OCR-D-OCR': `b.xml|${page}` },
      'b.xml',
    ],
    [
      'the last step of any name',
      { MAX: 'm.tif|image/tiff', BIN: `a.xml|${page}`, 'TESS-OCR': `b.xml|${page}`, EVAL: 'c.json|application/json' },
      'b.xml',
    ],
    ['the last step of text/xml, as of old', { 'OCR-D-SEG': 'a.xml|text/xml', 'OCR-D-OCR': 'b.xml|text/xml' }, 'b.xml'],
    ['FULLTEXT where the work is finished', { FULLTEXT: 'f.xml', 'OCR-D-A': `a.xml|${alto}` }, 'f.xml'],
  ])('has its text in %s', (_, files, text) => {
    expect(read({ 'OCR-D-IMG': 'x.tif|image/tiff', ...files }).pages[0]?.file).toBe(text)
  })

  test('has no image of its text group taken for text, pointed to or not', () => {
    const mets = otherMets([{ order: null, files: { 'OCR-D-OCR': `a.xml|${page}`, 'OCR-D-IMG': 'a.png|image/png' } }])
    const moved = mets
      .replace('</m:fileGrp>\n<m:fileGrp USE="OCR-D-IMG">', '')
      .replace(
        '</m:fileGrp>',
        '<m:file ID="loose" MIMETYPE="image/png"><m:FLocat x:href="b.png"/></m:file></m:fileGrp>',
      )
    expect(readMets(Buffer.from(moved)).pages.map(({ file }) => file)).toEqual(['a.xml'])
  })

  test.each([
    ['URL first', ['URL', 'FILE']],
    ['file first', ['FILE', 'URL']],
  ])('with two places of a file, %s, is read from the workspace', (_, places) => {
    const located = { URL: '<m:FLocat LOCTYPE="URL" x:href="https://example.org/a.xml"/>', FILE: '' }
    located.FILE = '<m:FLocat LOCTYPE="OTHER" OTHERLOCTYPE="FILE" x:href="A/a.xml"/>'
    const both = places.map((place) => located[place as 'URL' | 'FILE']).join('')
    const mets = otherMets([{ order: null, files: { 'OCR-D-A': `a.xml|${alto}` } }]).replace(/<m:FLocat[^>]*>/, both)
    expect(readMets(Buffer.from(mets)).pages[0]?.file).toBe('A/a.xml')
  })

  test.each([
    ['Text', 'docWorks'],
    ['ALTO', 'Kitodo'],
  ])('is none where a group %s is what %s calls its text', (use, dialect) => {
    expect(read({ STEP: `a.xml|${page}`, [use]: `b.xml|${alto}` })).toMatchObject({
      dialect,
      pages: [{ file: 'b.xml' }, {}],
    })
  })

  test('without ORDER has its pages in the order of the file', () => {
    expect(read({ 'OCR-D-A': `a.xml|${alto}` }).pages.map(({ order }) => order)).toEqual([1, 2])
  })
})

describe('a workspace whose last step holds no text', () => {
  const line = (text: string) =>
    `<PcGts><Page><TextRegion><TextLine>${text && `<TextEquiv><Unicode>${text}</Unicode></TextEquiv>`}</TextLine></TextRegion></Page></PcGts>`
  const steps = { 'OCR-D-SEG': '', 'OCR-D-TESS': 'tess', 'OCR-D-CALA': 'cala', 'OCR-D-LINES': '', 'OCR-D-EMPTY': '' }
  const workspace = (texts: Record<string, string>, onDisk = Object.keys(texts)) => {
    const folder = temporaryFolder()
    for (const step of onDisk) writeFileSync(join(folder, `${step}.xml`), line(texts[step]!))
    const files = Object.fromEntries(Object.keys(texts).map((step) => [step, `${step}.xml|${page}`]))
    writeFileSync(join(folder, 'mets.xml'), otherMets([{ order: null, files }]))
    return assembleFolder(folder, 'mets.xml')
  }

  test('has the text of the last that holds some', async () => {
    const { pages, counts } = await workspace(steps)
    expect(pages).toMatchObject([{ text: 'cala' }])
    expect(counts).toMatchObject({ expected: 1, read: 1, empty: 0 })
  })

  test('has empty pages where none holds any', async () => {
    const { counts } = await workspace({ 'OCR-D-SEG': '', 'OCR-D-LINES': '' })
    expect(counts).toMatchObject({ expected: 1, read: 1, empty: 1 })
  })

  test('is PAGE_MISSING where the files of the step before are not there', async () => {
    await expect(workspace(steps, ['OCR-D-LINES', 'OCR-D-EMPTY'])).rejects.toMatchObject({
      code: 'PAGE_MISSING',
      place: { page: 'OCR-D-CALA.xml' },
    })
  })
})

describe('a workspace that was begun with the METS of a library', () => {
  const text = (words: string) =>
    `<PcGts><Page><TextRegion><TextEquiv><Unicode>${words}</Unicode></TextEquiv></TextRegion></Page></PcGts>`
  const workspace = (fulltext: string, files: Record<string, string>) => {
    const folder = temporaryFolder()
    const pages = ['1', '2'].map((name) => {
      const steps = {
        'OCR-D-IMG': `${name}.tif|image/tiff`,
        'OCR-D-OCR': `ocr${name}.xml|${page}`,
        'OCR-D-SEG': `seg${name}.xml|${page}`,
      }
      return { order: null, files: { FULLTEXT: fulltext.replace('NAME', `${name}.xml`), ...steps } }
    })
    writeFileSync(join(folder, 'mets.xml'), otherMets(pages))
    for (const [name, words] of Object.entries(files)) writeFileSync(join(folder, name), text(words))
    return assembleFolder(folder, 'mets.xml')
  }
  const steps = { 'ocr1.xml': 'a', 'ocr2.xml': 'b', 'seg1.xml': '', 'seg2.xml': '' }

  test.each(['https://example.org/full/NAME', 'full/NAME', 'NAME'])(
    'has its own text where nothing of FULLTEXT at %s lies in the item',
    async (fulltext) => {
      expect((await workspace(fulltext, steps)).pages).toMatchObject([{ text: 'a' }, { text: 'b' }])
    },
  )

  test('has FULLTEXT where some of it lies in the item', async () => {
    const fulltext = 'https://example.org/full/NAME'
    const kept = { '1.xml': 'full1', '2.xml': 'full2' }
    expect((await workspace(fulltext, { ...steps, ...kept })).pages).toMatchObject([
      { text: 'full1' },
      { text: 'full2' },
    ])
    await expect(workspace(fulltext, { ...steps, '1.xml': 'full1' })).rejects.toMatchObject({ code: 'PAGE_MISSING' })
  })

  test('has empty pages where its steps hold no text, whatever else the METS of the library names', async () => {
    const folder = temporaryFolder()
    const files = {
      FULLTEXT: 'https://example.org/f.xml',
      ALTO: 'https://example.org/a.xml',
      'OCR-D-OCR': `ocr.xml|${page}`,
    }
    writeFileSync(join(folder, 'mets.xml'), otherMets([{ order: null, files }]))
    writeFileSync(join(folder, 'ocr.xml'), text(''))
    expect((await assembleFolder(folder, 'mets.xml')).counts).toMatchObject({ expected: 1, read: 1, empty: 1 })
  })

  test('is in error by its FULLTEXT where nothing of either does', async () => {
    await expect(workspace('https://example.org/full/NAME', {})).rejects.toMatchObject({ code: 'METS_BAD_REFERENCE' })
  })
})

describe('a workspace of which steps were run for some pages', () => {
  const text = (words: string) =>
    `<PcGts><Page><TextRegion><TextEquiv><Unicode>${words}</Unicode></TextEquiv></TextRegion></Page></PcGts>`
  /** Of each page its text by step, '' of a file without any; what begins with a `-` is named and not there. */
  const workspace = (pages: Record<string, string>[]) => {
    const folder = temporaryFolder()
    const listed = pages.map((steps, index) => {
      const named = Object.entries(steps).map(([step, words]) => {
        const name = `${step}_${index}.xml`
        if (!words.startsWith('-')) writeFileSync(join(folder, name), text(words))
        return [step, `${name}|${step === 'OCR-D-ALTO' ? alto : page}`] as const
      })
      return { order: null, files: Object.fromEntries(named) }
    })
    writeFileSync(join(folder, 'mets.xml'), otherMets(listed))
    return assembleFolder(folder, 'mets.xml')
  }
  const texts = async (pages: Record<string, string>[]) => (await workspace(pages)).pages.map((each) => each.text)

  test('has the text of each page from the last step that was run for it', async () => {
    const pages = [{ 'OCR-D-A': 'a1', 'OCR-D-B': 'b1' }, { 'OCR-D-A': 'a2', 'OCR-D-B': 'b2', 'OCR-D-C': 'c2' }, {}]
    expect(await texts([...pages, { 'OCR-D-A': 'a4', 'OCR-D-ALTO': 'alto4' }])).toEqual(['b1', 'c2', '', 'alto4'])
  })

  test('has that of a page whose last file holds none from the step before', async () => {
    const steps = { 'OCR-D-A': 'a', 'OCR-D-B': 'b' }
    expect(
      await texts([
        { ...steps, 'OCR-D-C': '' },
        { ...steps, 'OCR-D-C': 'c' },
      ]),
    ).toEqual(['b', 'c'])
    expect(await texts([steps, { ...steps, 'OCR-D-C': '', 'OCR-D-D': '' }])).toEqual(['b', 'b'])
  })

  test('has a blank page where its last file holds nothing and those before it were not kept', async () => {
    const { pages, counts } = await workspace([
      { 'OCR-D-A': '-', 'OCR-D-B': '' },
      { 'OCR-D-A': '-', 'OCR-D-B': 'b' },
    ])
    expect(pages.map((each) => each.text)).toEqual(['', 'b'])
    expect(counts).toMatchObject({ read: 2, empty: 1 })
  })

  test('is PAGE_MISSING where the file of the last step of a page is not there', async () => {
    const pages = [{ 'OCR-D-A': '-' }, { 'OCR-D-A': 'a', 'OCR-D-B': 'b' }]
    await expect(workspace(pages)).rejects.toMatchObject({ code: 'PAGE_MISSING', place: { page: 'OCR-D-A_0.xml' } })
  })

  test('has a file that no page points to for lost in a step that pages have text of, and where a page has none', () => {
    const unusedOf = (pages: Record<string, string>[], lost: string) => {
      const mets = otherMets(pages.map((steps) => ({ order: null, files: steps })))
      return readMets(Buffer.from(mets.replace(`<m:fptr FILEID="${lost}"/>`, ''))).unused
    }
    const [a, b] = [{ 'OCR-D-A': `a.xml|${page}` }, { 'OCR-D-B': `b.xml|${page}` }]
    expect(unusedOf([a, { ...a, ...b }], '')).toEqual([])
    expect(unusedOf([a, { ...a, ...b }], 'OCR-D-A_0')).toEqual(['OCR-D-A_0'])
    expect(unusedOf([a, b, { ...a, ...b }], 'OCR-D-A_2')).toEqual(['OCR-D-A_2'])
    expect(unusedOf([{ ...a, ...b }, b], 'OCR-D-A_0')).toEqual([])
  })
})

const folder = '../shared/data/mets-alto/ocr-d-kant_aufklaerung_1784'
describe.skipIf(!existsSync(folder))('a real workspace (skipped when ../shared/data is absent)', () => {
  test('the text of each of its 2 pages is that of its ALTO, not of its PAGE', async () => {
    const { pages, counts } = await assembleFolder(folder, 'mets.xml')
    expect(counts).toMatchObject({ expected: 2, read: 2, empty: 0 })
    for (const [index, number] of ['0017', '0020'].entries()) {
      const bytes = readFileSync(`${folder}/OCR-D-GT-ALTO/PAGE_${number}_ALTO.xml`)
      expect(pages[index]).toMatchObject({ order: index + 1, label: null, text: altoIndependently(bytes.toString()) })
    }
  })
})
