import type { Dialect } from '../dialect.ts'
import type { MetsFile } from '../mets-file.ts'
import { type PageListing, pageList } from '../page-list.ts'
import { groupOf, isPlainOcr } from '../text-groups.ts'

const profiles = /\/hathitrust-mets-profile2\.[01]\.xml$/

/**
 * HathiTrust's volume profiles 2.0 and 2.1, and files without a PROFILE in the same layout: plain text in
 * `fileGrp[@USE='ocr']`, pages `structMap[@TYPE='physical']/div/div[@ORDER]` with page features in LABEL. Of a volume of images
 * alone the pages are empty, as SLIP has always indexed it.
 */
export const hathiTrust: Dialect = {
  name: 'HathiTrust volume',
  matches: (mets) => (mets.profile === null ? isVolume(mets) : profiles.test(mets.profile)),
  read: (mets) => {
    const listing = { groups: [groupOf('ocr')], hasFeatures: true, mayLackText: isOfImages(mets) }
    return { ...volumePages(mets, listing), text: 'named' }
  },
}

/** The pages of a volume of HathiTrust: the divs with an ORDER in that of the volume. */
export function volumePages(
  mets: MetsFile,
  listing: Pick<PageListing, 'groups'> & Partial<Pick<PageListing, 'format' | 'hasFeatures' | 'mayLackText'>>,
) {
  const divs = mets.divs.filter(({ depth, order }) => depth === 2 && order !== null)
  return pageList(mets, { format: 'plain', hrefs: 'plain', ...listing, divs })
}

const besideText = new Set(['image', 'zip archive', 'source METS'])

/** There is no group that the text might be in, under another name or as coordinates. */
const isOfImages = ({ groups }: MetsFile): boolean =>
  groups.has('image') && [...groups].every((use) => besideText.has(use))

/** No other library has a group of the archive its files are in. */
function isVolume({ files, groups }: MetsFile): boolean {
  if (groups.has('zip archive')) return true
  for (const file of files.values()) if (isPlainOcr(file)) return true
  return false
}
