import type { Dialect } from '../dialect.ts'
import { pageList } from '../page-list.ts'

/**
 * HathiTrust's audio profile: what is indexed are the notes of the containers (`div/div[@TYPE='container']`), in the
 * order of the file.
 */
export const hathiTrustAudio: Dialect = {
  name: 'HathiTrust audio',
  matches: ({ profile }) => /\/hathitrust-audio-mets-profile1\.0\.xml$/.test(profile ?? ''),
  read: (mets) => {
    const listing = { isText: ({ use }: { use: string | null }) => use === 'notes', group: 'USE="notes"' }
    const divs = mets.divs.filter(({ depth, type }) => depth === 2 && type === 'container')
    return { ...pageList(mets, { ...listing, divs, format: 'plain', hrefs: 'plain', unordered: true }), text: 'named' }
  },
}
