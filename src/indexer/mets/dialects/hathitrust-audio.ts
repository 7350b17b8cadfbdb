import type { Dialect } from '../dialect.ts'
import { pageList } from '../page-list.ts'
import { groupOf } from '../text-groups.ts'

/**
 * HathiTrust's audio profile: what is indexed are the notes of the containers (`div/div[@TYPE='container']`), in the
 * order of the file.
 */
export const hathiTrustAudio: Dialect = {
  name: 'HathiTrust audio',
  matches: ({ profile }) => /\/hathitrust-audio-mets-profile1\.0\.xml$/.test(profile ?? ''),
  read: (mets) => {
    const groups = [groupOf('notes')]
    const divs = mets.divs.filter(({ depth, type }) => depth === 2 && type === 'container')
    return { ...pageList(mets, { groups, divs, format: 'plain', hrefs: 'plain', unordered: true }), text: 'named' }
  },
}
