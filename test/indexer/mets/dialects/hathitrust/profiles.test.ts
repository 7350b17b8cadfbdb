import { describe, expect, test } from 'vitest'
import { readMets } from '../../../../../src/indexer/mets/read-mets.ts'
import { openPairtree } from '../../../../../src/repository/pairtree.ts'
import { putItem } from '../../../../repository/put-item.ts'
import { temporaryFolder } from '../../../../repository/volume-folder.ts'
import { zipOf } from '../../../../repository/zip-writer.ts'
import { assembleVolume } from '../assembled.ts'

interface ProfileMets {
  readonly profile: string
  readonly use: string
  readonly files: readonly string[]
  readonly divs: string
  readonly markup?: string
}

const jats = 'http://dtd.nlm.nih.gov/publishing/3.0/journalpublishing3.dtd'
const tei = 'http://www.tei-c.org/release/xml/tei/schema/dtd//tei.dtd'

function metsOf({ profile, use, files, divs, markup }: ProfileMets): string {
  const textMd =
    markup === undefined
      ? ''
      : `<METS:amdSec><METS:techMD ID="textMD1"><METS:mdWrap MDTYPE="TEXTMD"><METS:xmlData><t:textMD xmlns:t="info:lc/xmlns/textMD-v3"><t:markup_language> ${markup} </t:markup_language></t:textMD></METS:xmlData></METS:mdWrap></METS:techMD></METS:amdSec>`
  return `<METS:mets xmlns:METS="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink" OBJID="test.1" PROFILE="http://www.hathitrust.org/documents/hathitrust-${profile}.xml">
${textMd}<METS:fileSec><METS:fileGrp USE="zip archive"><METS:file ID="ZIP"><METS:FLocat xlink:href="1.zip"/></METS:file></METS:fileGrp>
<METS:fileGrp USE="${use}">${files.map((file) => `<METS:file ID="${file}"><METS:FLocat xlink:href="${file}"/></METS:file>`).join('')}</METS:fileGrp></METS:fileSec>
<METS:structMap TYPE="physical">${divs}</METS:structMap></METS:mets>`
}

async function assembled(mets: ProfileMets, files: Readonly<Record<string, string>>) {
  const root = temporaryFolder()
  putItem(root, 'test.1', {
    mets: metsOf(mets),
    zip: zipOf(Object.entries(files).map(([path, data]) => ({ path: `1/${path}`, data }))),
  })
  return assembleVolume(await openPairtree({ root }).open('test.1'))
}

const volume = (...names: string[]) =>
  `<METS:div TYPE="volume">${names.map((name, index) => `<METS:div TYPE="page" ORDER="${names.length - index}" LABEL="Chapter ${index}" ORDERLABEL="p"><METS:fptr FILEID="${name}"/></METS:div>`).join('')}</METS:div>`

describe('HathiTrust METS', () => {
  test('of an EPUB has its text in group text, by ORDER, and no features: LABEL is a title', async () => {
    const files = ['b.txt', 'a.txt']
    const mets = { profile: 'epub-mets-profile1.0', use: 'text', files, divs: volume(...files) }
    const { pages, document } = await assembled(mets, { 'a.txt': 'first <p>', 'b.txt': '<second>' })
    expect(pages).toEqual([
      { order: 1, label: 'p', text: 'first <p>' },
      { order: 2, label: 'p', text: '<second>' },
    ])
    expect(document.ht_page_feature).toBeUndefined()
  })

  test('of TEI has the text of its elements, by page', async () => {
    const files = ['1.xml']
    const mets = { profile: 'structured-mets-profile1.0', use: 'ocr', files, divs: volume('1.xml'), markup: tei }
    const page = '<text><body><p>One <hi>w</hi>ord.</p><p>Two.</p></body></text>'
    expect((await assembled(mets, { '1.xml': page })).pages).toEqual([{ order: 1, label: 'p', text: 'One word. Two.' }])
  })

  test('of JATS has the primary files of its articles, in the order of the file', async () => {
    const article = (name: string) =>
      `<METS:div TYPE="article"><METS:div TYPE="primary"><METS:fptr FILEID="${name}"/></METS:div><METS:div TYPE="supplementary"><METS:fptr FILEID="s.xml"/></METS:div></METS:div>`
    const divs = `<METS:div TYPE="contents">${article('b.xml')}${article('a.xml')}</METS:div>`
    const mets = {
      profile: 'structured-mets-profile1.0',
      use: 'article',
      files: ['a.xml', 'b.xml', 's.xml'],
      divs,
      markup: jats,
    }
    const { pages } = await assembled(mets, {
      'a.xml': '<article><p>a</p></article>',
      'b.xml': '<article><p>b</p></article>',
    })
    expect(pages.map(({ order, text }) => [order, text])).toEqual([
      [1, 'b'],
      [2, 'a'],
    ])
  })

  test('of audio has the notes of its containers', async () => {
    const divs =
      '<METS:div><METS:div TYPE="container"><METS:fptr FILEID="n.txt"/></METS:div><METS:div TYPE="track"><METS:fptr FILEID="ZIP"/></METS:div></METS:div>'
    const mets = { profile: 'audio-mets-profile1.0', use: 'notes', files: ['n.txt'], divs }
    expect((await assembled(mets, { 'n.txt': 'Side one.' })).pages).toMatchObject([{ order: 1, text: 'Side one.' }])
  })

  test.each([
    ['of emma', { profile: 'emma-mets-profile1.0', use: 'ocr' }],
    [
      'of structured text in another language',
      { profile: 'structured-mets-profile1.0', use: 'ocr', markup: 'docbook' },
    ],
    ['of structured text in no language', { profile: 'structured-mets-profile1.0', use: 'ocr' }],
  ])('%s is METS_UNSUPPORTED', (_, mets) => {
    const bytes = Buffer.from(metsOf({ files: ['1.txt'], divs: volume('1.txt'), ...mets }))
    expect(() => readMets(bytes)).toThrow(expect.objectContaining({ code: 'METS_UNSUPPORTED' }))
  })

  test.each([
    ['EPUB', 'epub-mets-profile1.0', 'text'],
    ['audio', 'audio-mets-profile1.0', 'notes'],
  ])('of %s without its group or its divs is METS_NO_PAGES', (_, profile, use) => {
    const container = '<METS:div><METS:div TYPE="container" ORDER="1"/></METS:div>'
    for (const mets of [
      { profile, use: 'image', files: ['1.txt'], divs: container },
      { profile, use, files: ['1.txt'], divs: '<METS:div TYPE="volume"/>' },
    ]) {
      expect(() => readMets(Buffer.from(metsOf(mets)))).toThrow(expect.objectContaining({ code: 'METS_NO_PAGES' }))
    }
  })
})
