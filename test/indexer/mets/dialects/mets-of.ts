export interface OtherPage {
  readonly order?: string | number | null
  readonly type?: string
  readonly label?: string
  /** File of its text by USE of the group; `href|MIMETYPE`. */
  readonly files: Readonly<Record<string, string>>
}

/** A METS file as other libraries than HathiTrust write it, for a test. */
export function otherMets(pages: readonly OtherPage[], more: { root?: string; profile?: string } = {}): string {
  const uses = [...new Set(pages.flatMap(({ files }) => Object.keys(files)))]
  const groups = uses.map((use) => {
    const files = pages.map(({ files: of }, index) => {
      const [href, mime] = of[use]?.split('|') ?? []
      if (href === undefined) return ''
      return `<m:file ID="${use}_${index}"${mime ? ` MIMETYPE="${mime}"` : ''}><m:FLocat LOCTYPE="URL" x:href="${href}"/></m:file>`
    })
    return `<m:fileGrp USE="${use}">${files.join('')}</m:fileGrp>`
  })
  const divs = pages.map(({ order, type, label, files }, index) => {
    const attributes = [
      ...(order === null ? [] : [` ORDER="${order ?? index + 1}"`]),
      ...(label === undefined ? [] : [` ORDERLABEL="${label}"`]),
    ]
    const pointers = Object.keys(files).map((use) => `<m:fptr FILEID="${use}_${index}"/>`)
    return `<m:div TYPE="${type ?? 'page'}" LABEL="[Seite 1]"${attributes.join('')}>${pointers.join('')}</m:div>`
  })
  const profile = more.profile === undefined ? '' : ` PROFILE="${more.profile}"`
  return `<m:mets xmlns:m="http://www.loc.gov/METS/" xmlns:x="http://www.w3.org/1999/xlink"${profile}>
<m:fileSec>${groups.join('\n')}</m:fileSec>
<m:structMap TYPE="LOGICAL"><m:div TYPE="monograph"><m:div TYPE="page" ORDER="99"/></m:div></m:structMap>
<m:structMap TYPE="PHYSICAL"><m:div TYPE="physSequence">${divs.join('\n')}</m:div></m:structMap>
</m:mets>`
}
