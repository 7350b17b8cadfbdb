import { createHash } from 'node:crypto'
import { Random } from '../random.ts'
import type { Volume } from '../volumes.ts'

/** A page as METS names it: files in the zip by kind, each with its bytes. */
export interface PageFiles {
  readonly text: Buffer
  readonly coordinates: Buffer | null
}

const metsNamespace = 'http://www.loc.gov/METS/'
const created = '2025-12-01T00:00:00Z'

/** Name of a page file without its ending, from 00000001. */
export function pageName(number: number): string {
  return String(number).padStart(8, '0')
}

/** The METS file of a volume in the form of HathiTrust, of its zip and its pages. */
export function metsFile(volume: Volume, objectName: string, zip: Buffer, pages: readonly PageFiles[]): Buffer {
  const { prefix, profile } = volume.mets
  const tag = prefix === '' ? '' : `${prefix}:`
  const namespaces = [
    prefix === '' ? `xmlns="${metsNamespace}"` : `xmlns:${prefix}="${metsNamespace}"`,
    'xmlns:PREMIS="info:lc/xmlns/premis-v2" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:gbs="http://books.google.com/gbs"',
  ].join(' ')
  const profileAttribute =
    profile === null ? '' : ` PROFILE="http://www.hathitrust.org/documents/hathitrust-mets-profile${profile}.xml"`
  // Written with the common prefix, then given the one of this volume.
  const body = `<METS:mets ${namespaces} OBJID="${volume.id}"${profileAttribute}>
  <METS:metsHdr ID="HDR1" CREATEDATE="${created}" RECORDSTATUS="NEW"><METS:agent ROLE="CREATOR" TYPE="ORGANIZATION"><METS:name>SLIP sample library</METS:name></METS:agent></METS:metsHdr>
  <METS:dmdSec ID="DMD1"><METS:mdRef XPTR="${volume.id}" LOCTYPE="OTHER" MDTYPE="MARC" OTHERLOCTYPE="Item ID"/></METS:dmdSec>
${administrative(volume)}
  <METS:fileSec>
${fileGroup('FG1', 'zip archive', [file('ZIP00000001', 1, 'application/zip', zip, `${objectName}.zip`)])}
${fileGroup(
  'FG2',
  'ocr',
  pages.map(({ text }, index) =>
    file(`TXT${pageName(index + 1)}`, index + 1, 'text/plain', text, `${pageName(index + 1)}.txt`),
  ),
)}
${coordinateGroup(pages)}  </METS:fileSec>
  <METS:structMap ID="SM1" TYPE="physical">
    <METS:div TYPE="volume">
${divisions(volume, pages)}
    </METS:div>
  </METS:structMap>
</METS:mets>
`
  const rightPrefix = body.replace(/<(\/?)METS:/g, (_, slash: string) => `<${slash}${tag}`)
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${rightPrefix}`)
}

function administrative(volume: Volume): string {
  const order = volume.mets.readingOrder
  const block =
    order === null
      ? ''
      : `
    <METS:techMD ID="TMD1"><METS:mdWrap LABEL="reading order" MDTYPE="OTHER" OTHERMDTYPE="Google"><METS:xmlData><gbs:scanningOrder>${order}</gbs:scanningOrder><gbs:readingOrder>${order}</gbs:readingOrder><gbs:coverTag>follows-reading-order</gbs:coverTag></METS:xmlData></METS:mdWrap></METS:techMD>`
  // PREMIS comes first: readers that take the reading order from the first xmlData go wrong.
  return `  <METS:amdSec ID="AMD1">
    <METS:digiprovMD ID="premis1"><METS:mdWrap MDTYPE="PREMIS"><METS:xmlData><PREMIS:premis version="2.0"><PREMIS:object><PREMIS:significantProperties><PREMIS:significantPropertiesType>page count</PREMIS:significantPropertiesType><PREMIS:significantPropertiesValue>${volume.pages}</PREMIS:significantPropertiesValue></PREMIS:significantProperties></PREMIS:object></PREMIS:premis></METS:xmlData></METS:mdWrap></METS:digiprovMD>${block}
  </METS:amdSec>`
}

function fileGroup(id: string, use: string, files: readonly string[]): string {
  return `    <METS:fileGrp ID="${id}" USE="${use}">\n${files.join('\n')}\n    </METS:fileGrp>`
}

function coordinateGroup(pages: readonly PageFiles[]): string {
  const files = pages.flatMap(({ coordinates }, index) => {
    const name = pageName(index + 1)
    return coordinates === null ? [] : [file(`HTML${name}`, index + 1, 'text/html', coordinates, `${name}.html`)]
  })
  return files.length === 0 ? '' : `${fileGroup('FG3', 'coordOCR', files)}\n`
}

function file(id: string, sequence: number, type: string, bytes: Buffer, href: string): string {
  const sum = createHash('md5').update(bytes).digest('hex')
  return `      <METS:file ID="${id}" MIMETYPE="${type}" SEQ="${pageName(sequence)}" CREATED="${created}" SIZE="${bytes.length}" CHECKSUM="${sum}" CHECKSUMTYPE="MD5"><METS:FLocat LOCTYPE="OTHER" OTHERLOCTYPE="SYSTEM" xlink:href="${href}"/></METS:file>`
}

function divisions(volume: Volume, pages: readonly PageFiles[]): string {
  const random = new Random(`${volume.id} structMap`)
  const lines = pages.map(({ coordinates }, index) => {
    const number = index + 1
    const label = printedNumber(volume, number)
    const features = featuresOf(volume, number, random)
    const attributes = [
      `ORDER="${number}"`,
      ...(label === null ? [] : [`ORDERLABEL="${label}"`]),
      ...(features === null ? [] : [`LABEL="${features}"`]),
      'TYPE="page"',
    ]
    const files = [`TXT${pageName(number)}`, ...(coordinates === null ? [] : [`HTML${pageName(number)}`])]
    const pointers = random.shuffled(files).map((id) => `<METS:fptr FILEID="${id}"/>`)
    return `      <METS:div ${random.shuffled(attributes).join(' ')}>${pointers.join('')}</METS:div>`
  })
  // ORDER is what counts, not the place in the file.
  return (volume.mets.labels === 'none' ? random.shuffled(lines) : lines).join('\n')
}

const preliminaries = 8

function printedNumber(volume: Volume, number: number): string | null {
  const { labels, backCoverFirst } = volume.mets
  const place = backCoverFirst ? volume.pages + 1 - number : number
  if (labels === 'none' || place <= 2 || place === volume.pages) return null
  if (labels === 'repeated') return String(Math.ceil(place / 2))
  if (place <= preliminaries) return ['iii', 'iv', 'v', 'vi', 'vii', 'viii'][place - 3]!
  return String(place - preliminaries)
}

function featuresOf(volume: Volume, number: number, random: Random): string | null {
  const side = number % 2 === 1 ? 'RIGHT' : 'LEFT'
  const place = volume.mets.backCoverFirst ? volume.pages + 1 - number : number
  if (volume.mets.profile === '2.0') return place === 1 ? ', COVER' : place === 3 ? 'TITLE' : place === 5 ? '' : null
  if (place === 1) return `${side}, FRONT_COVER`
  if (place === 3) return `${side}, TITLE`
  if (place === 4) return `${side}, COPYRIGHT`
  if (place === 5) return `${side}, TABLE_OF_CONTENTS`
  if (place === preliminaries + 1) return `${side}, FIRST_CONTENT_CHAPTER_START`
  if (place === volume.pages) return `${side}, BACK_COVER`
  if (place > preliminaries && place % 12 === 0) return `${side}, CHAPTER_START`
  return random.chance(0.1) ? `${side}, IMAGE_ON_PAGE` : side
}
