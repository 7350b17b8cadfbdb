import type { Dialect } from '../dialect.ts'
import { groupOf } from '../text-groups.ts'
import { volumePages } from './hathitrust.ts'

/** HathiTrust's EPUB profile: a volume whose text lies in `fileGrp[@USE='text']`, and whose LABELs are chapter titles. */
export const hathiTrustEpub: Dialect = {
  name: 'HathiTrust EPUB',
  matches: ({ profile }) => /\/hathitrust-epub-mets-profile1\.0\.xml$/.test(profile ?? ''),
  read: (mets) => ({
    ...volumePages(mets, { groups: [groupOf('text')] }),
    text: 'named',
  }),
}
