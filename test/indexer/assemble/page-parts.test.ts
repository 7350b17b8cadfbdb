import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openFolder } from '../../../src/repository/directory-volume.ts'
import { openPairtree } from '../../../src/repository/pairtree.ts'
import { temporaryFolder } from '../../repository/volume-folder.ts'
import { assembleVolume } from '../mets/dialects/assembled.ts'
import { otherMets } from '../mets/dialects/mets-of.ts'

const alto = (...pages: [id: string, words: string][]) =>
  `<alto><Layout>${pages
    .map(
      ([id, words]) =>
        `<Page ID="${id}"><TextBlock ID="${id}_b"><TextLine><String CONTENT="${words}"/></TextLine></TextBlock></Page>`,
    )
    .join('')}</Layout></alto>`
const three = alto(['P1', 'one'], ['P2', 'two'], ['P3', 'three'])

/** The METS of a volume whose pages point into one file of text, each at what `begins` says. */
function metsInto(href: string, begins: readonly (string | null)[], orders: readonly number[] = [1, 2, 3]): string {
  const into = (begin: string | null) =>
    begin === null
      ? '<mets:fptr FILEID="T"/>'
      : `<mets:fptr><mets:area FILEID="T" BETYPE="IDREF" BEGIN="${begin}"/></mets:fptr>`
  const divs = begins.map((begin, at) => `<mets:div TYPE="page" ORDER="${orders[at]}">${into(begin)}</mets:div>`)
  return `<mets:mets xmlns:mets="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink"><mets:fileSec>
<mets:fileGrp USE="FULLTEXT"><mets:file ID="T"><mets:FLocat xlink:href="${href}"/></mets:file></mets:fileGrp></mets:fileSec>
<mets:structMap TYPE="PHYSICAL"><mets:div TYPE="physSequence">${divs.join('')}</mets:div></mets:structMap></mets:mets>`
}

async function made(mets: string, files: Readonly<Record<string, string | Buffer>>, gapsWaived = false) {
  const folder = temporaryFolder()
  for (const [path, content] of Object.entries({ ...files, 'mets.xml': mets })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const volume = await openFolder(folder, folder, 'mets.xml')
  const { pages, counts } = await assembleVolume(volume, { gapsWaived })
  return { texts: pages.map(({ text }) => text), counts }
}

describe('pages of a volume that are in one file', () => {
  test('are those METS points to, by the ID of a page or of what is in it, in the order of METS', async () => {
    const { texts, counts } = await made(metsInto('a.xml', ['P2', 'P3_b', 'P1']), { 'a.xml': three })
    expect(texts).toEqual(['two', 'three', 'one'])
    expect(counts).toMatchObject({ expected: 3, read: 3, empty: 0 })
    expect((await made(metsInto('a.xml', ['P3', 'P1', 'P2'], [30, 4, 5]), { 'a.xml': three })).texts).toEqual([
      'one',
      'two',
      'three',
    ])
  })

  test('are those a fragment of an href points to', async () => {
    const hocr = ['eins', 'zwei'].map((word, at) => `<div class="ocr_page" id="p ${at}">${word}</div>`).join('')
    const mets = otherMets([
      { files: { FULLTEXT: 'hocr/book.html#p%201' } },
      { files: { FULLTEXT: 'hocr/book.html#p%200' } },
    ])
    expect((await made(mets, { 'hocr/book.html': `<html><body>${hocr}</body></html>` })).texts).toEqual([
      'zwei',
      'eins',
    ])
  })

  test('are those at their place where METS points to the file alone', async () => {
    expect((await made(metsInto('a.xml', [null, null, null]), { 'a.xml': three })).texts).toEqual([
      'one',
      'two',
      'three',
    ])
  })

  test('lie in a file beside a METS that names no text', async () => {
    const mets = otherMets(['a', 'b', 'c'].map((name) => ({ files: { MAX: `https://example.org/${name}.jpg` } })))
    for (const name of ['book.hocr', 'book_alto/all.xml', 'hocr/all.html']) {
      const page = (word: string) => `<div class="ocr_page">${word}</div>`
      const content = name.endsWith('.xml') ? three : `<html>${['one', 'two', 'three'].map(page).join('')}</html>`
      expect((await made(mets, { [name]: content })).texts, name).toEqual(['one', 'two', 'three'])
    }
  })

  test('are that one which the only page of METS in the file points to', async () => {
    for (const mets of [metsInto('a.xml', ['P2']), metsInto('a.xml', ['P2_b']), metsInto('a.xml#P2', [null])]) {
      const { texts, counts } = await made(mets, { 'a.xml': three })
      expect(texts).toEqual(['two'])
      expect(counts).toMatchObject({ expected: 1, read: 1, empty: 0 })
    }
    expect((await made(metsInto('a.xml', [null]), { 'a.xml': three })).texts).toEqual(['one two three'])
  })

  test('are all of a file that is one page, whatever its only page of METS points to', async () => {
    const one = alto(['P1', 'one'])
    expect((await made(metsInto('a.xml', ['PAGE1']), { 'a.xml': one })).texts).toEqual(['one'])
    expect((await made(metsInto('a.xml', ['P1_b']), { 'a.xml': one })).texts).toEqual(['one'])
    const page = '<PcGts><Page><TextRegion><TextEquiv><Unicode>two</Unicode></TextEquiv></TextRegion></Page></PcGts>'
    expect((await made(metsInto('a.xml', ['r1']), { 'a.xml': page })).texts).toEqual(['two'])
    expect((await made(metsInto('a.txt', ['r1']), { 'a.txt': 'three' })).texts).toEqual(['three'])
  })

  test('of which the only page of METS points to none are PAGE_MISSING, and empty where gaps are waived', async () => {
    await expect(made(metsInto('a.xml', ['P4']), { 'a.xml': three })).rejects.toMatchObject({
      code: 'PAGE_MISSING',
      place: { file: 'a.xml', order: 1 },
    })
    const { texts, counts } = await made(metsInto('a.xml', ['P4']), { 'a.xml': three }, true)
    expect(texts).toEqual([''])
    expect(counts).toMatchObject({ expected: 1, read: 0, empty: 1 })
  })

  test.each([
    ['an ID that is not there', metsInto('a.xml', ['P1', 'P2', 'P4']), 'PAGE_MISSING'],
    ['fewer pages than METS', metsInto('a.xml', [null, null, null, null], [1, 2, 3, 4]), 'PAGE_MISSING'],
    ['more pages than METS points to', metsInto('a.xml', ['P1', 'P2']), 'PAGE_MISSING'],
    ['more pages than METS', metsInto('a.xml', [null, null]), 'PAGE_MISSING'],
    ['one page for two', metsInto('a.xml', ['P1', 'P1_b', 'P2']), 'METS_BAD_REFERENCE'],
    ['pages of which some are pointed to', metsInto('a.xml', ['P1', null, 'P3']), 'METS_BAD_REFERENCE'],
  ])('with %s are an error, never a page that is lost', async (_, mets, code) => {
    await expect(made(mets, { 'a.xml': three })).rejects.toMatchObject({ code })
  })

  test('that is no file of pages are METS_BAD_REFERENCE', async () => {
    for (const content of ['plain', '', '<PcGts/>']) {
      await expect(made(metsInto('a.txt', [null, null]), { 'a.txt': content })).rejects.toMatchObject({
        code: 'METS_BAD_REFERENCE',
      })
    }
  })

  test('are empty where they are not there and gaps are waived', async () => {
    const { texts, counts } = await made(metsInto('a.xml', ['P1', 'P4', 'P3']), { 'a.xml': three }, true)
    expect(texts).toEqual(['one', '', 'three'])
    expect(counts).toMatchObject({ expected: 3, read: 2, empty: 1 })
  })
})

const data = '../shared/data'

test.skipIf(!existsSync(data))(
  'a real book in one hOCR file has the text that its pages have alone (skipped when ../shared/data is absent)',
  async () => {
    const book = gunzipSync(readFileSync(`${data}/hocr/histoire-du-perou-1840.347pages.hocr.html.gz`))
    const images = Array.from({ length: 347 }, (_, at) => ({ files: { MAX: `https://example.org/${at}.jpg` } }))
    const { texts, counts } = await made(otherMets(images), { 'book.hocr.html': book })
    expect(counts).toMatchObject({ expected: 347, read: 347, empty: 13, invalidBytes: 0 })
    const alone = await assembleVolume(await openPairtree({ root: `${data}/volumes/sdr1/obj` }).open('test.perou1840'))
    // words that are hyphenated where a paragraph ends are joined in one and not in the other
    const words = (text: string) => text.replace(/\u00ad|-\s+/g, '').split(/\s+/)
    expect(texts.map(words)).toEqual(alone.pages.map(({ text }) => words(text)))
  },
)
