import type { Dialect } from '../dialect.ts'
import type { MetsEntry, MetsFile } from '../mets-file.ts'
import { type PageListing, pageList } from '../page-list.ts'

const profiles = /\/hathitrust-mets-profile2\.[01]\.xml$/
const isText = ({ use }: MetsEntry): boolean => use === 'ocr'

/**
 * HathiTrust's volume profiles 2.0 and 2.1, and files without a PROFILE in the same layout: plain text in
 * `fileGrp[@USE='ocr']`, pages `structMap[@TYPE='physical']/div/div[@ORDER]` with page features in LABEL.
 */
export const hathiTrust: Dialect = {
  name: 'HathiTrust volume',
  matches: (mets) => (mets.profile === null ? hasOcr(mets) : profiles.test(mets.profile)),
  read: (mets) => ({ ...volumePages(mets, { isText, group: 'USE="ocr"', hasFeatures: true }), text: 'named' }),
}

/** The pages of a volume of HathiTrust: the divs with an ORDER in that of the volume. */
export function volumePages(
  mets: MetsFile,
  listing: Pick<PageListing, 'isText' | 'group'> & Partial<Pick<PageListing, 'format' | 'hasFeatures'>>,
) {
  const divs = mets.divs.filter(({ depth, order }) => depth === 2 && order !== null)
  return pageList(mets, { format: 'plain', hrefs: 'plain', ...listing, divs })
}

function hasOcr({ files }: MetsFile): boolean {
  for (const file of files.values()) if (isText(file)) return true
  return false
}
