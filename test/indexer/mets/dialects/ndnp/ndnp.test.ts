import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readMets } from '../../../../../src/indexer/mets/read-mets.ts'
import { temporaryFolder } from '../../../../repository/volume-folder.ts'
import { assembleFolder } from '../assembled.ts'

const profile = ' PROFILE="urn:library-of-congress:mets:profiles:ndnp:issue:v1.5"'

const detail = (type: string, number: string) =>
  `<mods:detail type="${type}"><mods:number>${number}</mods:number></mods:detail>`

/** An issue of a newspaper, whose third page has no number; of a page that was not digitized there is no file. */
function issue(pages: readonly (string | null)[], profiled = profile): string {
  const file = (id: string, use: string, mime: string, href: string) =>
    `<file ID="${id}" USE="${use}" ADMID="x" MIMETYPE="${mime}"><FLocat LOCTYPE="OTHER" OTHERLOCTYPE="file" xlink:href="${href}"/></file>`
  const groups = pages.flatMap((name, at) =>
    name === null
      ? []
      : `<fileGrp ID="pageFileGrp${at}">${file(`masterFile${at}`, 'master', 'image/tiff', `./${name}.tif`)}
${file(`serviceFile${at}`, 'service', 'image/jp2', `./${name}.jp2`)}${file(`ocrFile${at}`, 'ocr', 'text/xml', `./${name}.xml`)}</fileGrp>`,
  )
  const divs = pages.map((name, at) => {
    const pointers = ['masterFile', 'serviceFile', 'ocrFile'].map((kind) => `<fptr FILEID="${kind}${at}"/>`).join('')
    return `<div TYPE="np:page" DMDID="pageModsBib${at}">${name === null ? '' : pointers}</div>`
  })
  const parts = [
    detail('section label', 'Sports') + detail('page number', 'A1'),
    detail('page number', 'A2'),
    detail('section label', '3'),
  ]
  const sections = parts.map(
    (part, at) =>
      `<dmdSec ID="pageModsBib${at}"><mdWrap MDTYPE="MODS"><xmlData><mods:mods><mods:part>${part}</mods:part></mods:mods></xmlData></mdWrap></dmdSec>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<mets TYPE="urn:library-of-congress:ndnp:mets:newspaper:issue"${profiled} LABEL="The Gazette, 1910-01-03"
 xmlns:mods="http://www.loc.gov/mods/v3" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns="http://www.loc.gov/METS/">
<dmdSec ID="issueModsBib"><mdWrap MDTYPE="MODS"><xmlData><mods:mods/></xmlData></mdWrap></dmdSec>
${sections.join('\n')}
<fileSec>${groups.join('\n')}</fileSec>
<structMap xmlns:np="urn:library-of-congress:ndnp:mets:newspaper"><div TYPE="np:issue" DMDID="issueModsBib">${divs.join('\n')}</div></structMap>
</mets>`
}

const alto = (text: string) =>
  `<alto xmlns="http://schema.ccs-gmbh.com/ALTO"><Layout><Page><PrintSpace><TextBlock><TextLine><String CONTENT="${text}"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>`

describe('an issue of the NDNP', () => {
  test.each([
    ['with its PROFILE', profile],
    ['with that of years ago', profile.replace('v1.5', 'v1')],
    ['without one', ''],
  ])('%s has the ALTO and the printed number of each page, in the order of the file', async (_, profiled) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, '1910010301.xml'), issue(['0002', null, '0001'], profiled))
    for (const name of ['0001', '0002']) writeFileSync(join(folder, `${name}.xml`), alto(`text of ${name}`))
    const { pages, counts } = await assembleFolder(folder, '1910010301.xml')
    expect(pages).toEqual([
      { order: 1, label: 'A1', text: 'text of 0002' },
      { order: 2, label: 'A2', text: '' },
      { order: 3, label: null, text: 'text of 0001' },
    ])
    expect(counts).toMatchObject({ expected: 3, read: 2, empty: 1 })
  })

  test('whose page has no file in the folder is PAGE_MISSING', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, '1910010301.xml'), issue(['0001']))
    await expect(assembleFolder(folder, '1910010301.xml')).rejects.toMatchObject({ code: 'PAGE_MISSING' })
  })

  test.each([
    ['without text at all', issue(['0001']).replace('USE="ocr"', 'USE="derivative"')],
    ['whose reel has no pages', issue(['0001']).replaceAll('np:page', 'np:target')],
  ])('%s is METS_NO_PAGES', (_, mets) => {
    expect(() => readMets(Buffer.from(mets.replace(profile, '')))).toThrow(
      expect.objectContaining({ code: 'METS_NO_PAGES' }),
    )
  })
})
