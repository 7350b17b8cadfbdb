/** A page of a METS file for a test; what is null is not written. */
export interface TestPage {
  readonly order: string | number
  readonly file?: string | null
  readonly label?: string | null
  readonly features?: string | null
  /** Attributes of its file that state size and checksum. */
  readonly stated?: string
}

export interface TestMets {
  readonly pages: readonly TestPage[]
  readonly profile?: string | null
  readonly objid?: string
  /** Content of a gbs block. */
  readonly gbs?: string
  /** Prefixes of METS and xlink elements, '' = default namespace. */
  readonly prefix?: string
  /** Put in front of the root element. */
  readonly prolog?: string
}

export const profile21 = 'http://www.hathitrust.org/documents/hathitrust-mets-profile2.1.xml'

/** A METS file in HathiTrust's layout, with an image beside every page. */
export function metsOf(mets: TestMets): string {
  const m = mets.prefix === undefined ? 'METS:' : mets.prefix && `${mets.prefix}:`
  const declared = m === '' ? 'xmlns' : `xmlns:${m.slice(0, -1)}`
  const profile = mets.profile === null ? '' : ` PROFILE="${mets.profile ?? profile21}"`
  const files = mets.pages.map(({ file, stated = 'SIZE="10" CHECKSUM="abc" CHECKSUMTYPE="MD5"' }, index) =>
    file == null ? '' : `<${m}file ID="T${index}" ${stated}><${m}FLocat xl:href="${file}"/></${m}file>`,
  )
  const images = mets.pages.map((_, i) => `<${m}file ID="I${i}"><${m}FLocat xl:href="${i}.jp2"/></${m}file>`)
  const divs = mets.pages.map((page, i) => {
    const label = page.label == null ? '' : ` ORDERLABEL="${page.label}"`
    const features = page.features == null ? '' : ` LABEL="${page.features}"`
    const text = page.file == null ? '' : `<${m}fptr FILEID="T${i}"/>`
    return `<${m}div TYPE="page" ORDER="${page.order}"${label}${features}><${m}fptr FILEID="I${i}"/>${text}</${m}div>`
  })
  const gbs =
    mets.gbs === undefined ? '' : `<${m}xmlData xmlns:g="http://books.google.com/gbs">${mets.gbs}</${m}xmlData>`
  return `<?xml version="1.0"?>${mets.prolog ?? ''}
<${m}mets ${declared}="http://www.loc.gov/METS/" xmlns:xl="http://www.w3.org/1999/xlink" OBJID="${mets.objid ?? 'mdp.1'}"${profile}>
<${m}amdSec><${m}sourceMD><${m}mdWrap><${m}xmlData><x>other</x></${m}xmlData></${m}mdWrap></${m}sourceMD>
<${m}techMD>${gbs}</${m}techMD></${m}amdSec>
<${m}fileSec><${m}fileGrp USE="image">${images.join('')}</${m}fileGrp>
<${m}fileGrp USE="ocr">${files.join('\n')}</${m}fileGrp></${m}fileSec>
<${m}structMap TYPE="logical"><${m}div><${m}div ORDER="1"/></${m}div></${m}structMap>
<${m}structMap TYPE="physical"><${m}div TYPE="volume">${divs.join('\n')}</${m}div></${m}structMap>
</${m}mets>`
}
