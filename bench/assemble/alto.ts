import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Parser } from 'saxen'
import { packageRoot } from '../../src/config/package-root.ts'
import { openFolder } from '../../src/repository/directory-volume.ts'
import { documentOfVolume } from '../library/volumes.ts'
import { type Measurement, ratioAtMost } from '../runner/bench.ts'
import { alternate, timed } from '../runner/runs.ts'

const real = join(packageRoot, '../shared/data/mets-alto')
const realPages = [
  'bl-newspaper-alto2txt/0002647/1824/0217/*_000?.xml',
  'bnf-europeana-newspapers/18140402_1/ALTO/*.xml',
  'goobi-kleiuniv_PPN517154005/kleiuniv_PPN517154005_alto/*.xml',
  'ulb-halle-737429/FULLTEXT/*.xml',
]
const copies = 2

/**
 * Milliseconds a page from a folder in the page cache to a finished document: METS, ALTO, cleaning, catalogue record,
 * digest. Against a SAX pass over the ALTO alone that looks at the words, and one that looks at nothing. The pages are
 * real ones of four libraries where they lie beside the checkout, each twice.
 */
export async function measureAlto(): Promise<Measurement[]> {
  const found = realPages.flatMap((pattern) => globSync(join(real, pattern)).sort())
  const isReal = found.length > 0
  const files = isReal ? found.map((path) => readFileSync(path)) : generatedPages()
  const pages = Array.from({ length: copies }, () => files).flat()
  const folder = volumeOf(pages)
  try {
    const perPage = async (work: () => Promise<void>) => (await timed(work)) / pages.length
    const ours = () =>
      perPage(async () => {
        await documentOfVolume(await openFolder(folder, folder, 'mets.xml'))
      })
    const against = (attributes: boolean) => () =>
      perPage(async () => {
        for (const page of pages) passOver(page, attributes)
      })
    const rounds = { warmUps: 10, runs: 31 }
    const kibibytes = Math.round(pages.reduce((sum, { length }) => sum + length, 0) / pages.length / 1024)
    const name = `assembly, METS and ${pages.length} ${isReal ? 'real' : 'generated'} pages of ALTO of ${kibibytes} KiB`
    const figure = { name, unit: 'ms per page' }
    return [
      {
        ...figure,
        against: 'SAX over the ALTO, attributes of words',
        runs: await alternate({ ours, against: against(true) }, rounds),
        goal: ratioAtMost(1.5),
      },
      {
        ...figure,
        against: 'SAX over the ALTO, no attributes',
        runs: await alternate({ ours, against: against(false) }, rounds),
        goal: ratioAtMost(2),
      },
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function passOver(alto: Buffer, attributes: boolean): void {
  const parser = new Parser()
  parser.on('openTag', (name, attributesOf) => {
    if (attributes && name === 'String') attributesOf()
  })
  parser.on('closeTag', () => {})
  parser.parse(alto.toString(attributes ? 'utf8' : 'latin1'))
}

const pageCount = 16
const lines = 100

const generatedPages = (): Buffer[] => Array.from({ length: pageCount }, (_, index) => Buffer.from(altoPage(index + 1)))

/** A folder with these pages and a METS file. */
function volumeOf(pages: readonly Buffer[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'slip-bench-alto-'))
  for (const [index, page] of pages.entries()) writeFileSync(join(folder, `${index + 1}.xml`), page)
  const numbers = pages.map((_, index) => index + 1)
  const files = numbers.map((n) => `<file ID="A${n}" MIMETYPE="text/xml"><FLocat x:href="${n}.xml"/></file>`)
  const divs = numbers.map((n) => `<div TYPE="page" ORDER="${n}"><fptr FILEID="A${n}"/></div>`)
  const mets = `<mets xmlns="http://www.loc.gov/METS/" xmlns:x="http://www.w3.org/1999/xlink">
<fileSec><fileGrp USE="FULLTEXT">${files.join('\n')}</fileGrp></fileSec>
<structMap TYPE="PHYSICAL"><div TYPE="physSequence">${divs.join('\n')}</div></structMap></mets>`
  writeFileSync(join(folder, 'mets.xml'), mets)
  return folder
}

function altoPage(number: number): string {
  const word = (line: number, index: number) =>
    `<String ID="S${line}_${index}" HPOS="${index * 200}" VPOS="${line * 20}" WIDTH="180" HEIGHT="18" CONTENT="word${number}${index}" WC="0.98" CC="0000000"/>`
  const line = (at: number) =>
    `<TextLine ID="L${at}" HPOS="0" VPOS="${at * 20}">${Array.from({ length: 10 }, (_, index) => word(at, index)).join('<SP WIDTH="20"/>')}</TextLine>`
  const block = Array.from({ length: lines }, (_, at) => line(at)).join('\n')
  return `<alto xmlns="http://www.loc.gov/standards/alto/ns-v2#"><Layout><Page><PrintSpace><TextBlock>${block}</TextBlock></PrintSpace></Page></Layout></alto>`
}
