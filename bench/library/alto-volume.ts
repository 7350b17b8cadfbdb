import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../src/config/package-root.ts'

const real = join(packageRoot, '../shared/data/mets-alto')
const realPages = [
  'bl-newspaper-alto2txt/0002647/1824/0217/*_000?.xml',
  'bnf-europeana-newspapers/18140402_1/ALTO/*.xml',
  'goobi-kleiuniv_PPN517154005/kleiuniv_PPN517154005_alto/*.xml',
  'ulb-halle-737429/FULLTEXT/*.xml',
]
const copies = 2

export interface AltoPages {
  /** How a figure calls them. */
  readonly name: string
  readonly pages: readonly Buffer[]
}

/** The real pages of four libraries where they lie beside the checkout, each twice, else generated ones. */
export function altoPagesAtHand(): AltoPages {
  const found = realPages.flatMap((pattern) => globSync(join(real, pattern)).sort())
  const files = found.length > 0 ? found.map((path) => readFileSync(path)) : generatedPages()
  const pages = Array.from({ length: copies }, () => files).flat()
  const kibibytes = Math.round(pages.reduce((sum, { length }) => sum + length, 0) / pages.length / 1024)
  return { name: `${pages.length} ${found.length > 0 ? 'real' : 'generated'} pages of ALTO of ${kibibytes} KiB`, pages }
}

/** Writes these pages and a METS file, `mets.xml`, into a folder. */
export function writeAltoVolume(folder: string, pages: readonly Buffer[]): void {
  mkdirSync(folder, { recursive: true })
  for (const [index, page] of pages.entries()) writeFileSync(join(folder, `${index + 1}.xml`), page)
  const numbers = pages.map((_, index) => index + 1)
  const files = numbers.map((n) => `<file ID="A${n}" MIMETYPE="text/xml"><FLocat x:href="${n}.xml"/></file>`)
  const divs = numbers.map((n) => `<div TYPE="page" ORDER="${n}"><fptr FILEID="A${n}"/></div>`)
  const mets = `<mets xmlns="http://www.loc.gov/METS/" xmlns:x="http://www.w3.org/1999/xlink">
<fileSec><fileGrp USE="FULLTEXT">${files.join('\n')}</fileGrp></fileSec>
<structMap TYPE="PHYSICAL"><div TYPE="physSequence">${divs.join('\n')}</div></structMap></mets>`
  writeFileSync(join(folder, 'mets.xml'), mets)
}

const pageCount = 16
const lines = 100

const generatedPages = (): Buffer[] => Array.from({ length: pageCount }, (_, index) => Buffer.from(altoPage(index + 1)))

function altoPage(number: number): string {
  const word = (line: number, index: number) =>
    `<String ID="S${line}_${index}" HPOS="${index * 200}" VPOS="${line * 20}" WIDTH="180" HEIGHT="18" CONTENT="word${number}${index}" WC="0.98" CC="0000000"/>`
  const line = (at: number) =>
    `<TextLine ID="L${at}" HPOS="0" VPOS="${at * 20}">${Array.from({ length: 10 }, (_, index) => word(at, index)).join('<SP WIDTH="20"/>')}</TextLine>`
  const block = Array.from({ length: lines }, (_, at) => line(at)).join('\n')
  return `<alto xmlns="http://www.loc.gov/standards/alto/ns-v2#"><Layout><Page><PrintSpace><TextBlock>${block}</TextBlock></PrintSpace></Page></Layout></alto>`
}
