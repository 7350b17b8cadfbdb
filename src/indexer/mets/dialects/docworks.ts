import type { Dialect } from '../dialect.ts'
import { isOpenProfile, isPageType } from '../mets-file.ts'
import { pageList } from '../page-list.ts'
import { isDocWorksText } from '../text-groups.ts'

/**
 * METS/ALTO of CCS docWorks, as the British Library, the Bibliothèque nationale (profile ENMAP) and the library of
 * Luxembourg have it: the group of the text is `Fulltext`, `content` or `Text`, in a group or not, or has no USE and the ID
 * `ALTOGRP`; pages are `page`, `TITLE_PAGE`, `CONTENT_PAGE`. A file without an FLocat is none of a page.
 */
export const docWorks: Dialect = {
  name: 'docWorks',
  matches: ({ profile, files }) => {
    if (!isOpenProfile(profile)) return profile === 'ENMAP'
    for (const file of files.values()) if (isDocWorksText(file) && file.use !== 'FULLTEXT') return true
    return false
  },
  read: (mets) => ({
    ...pageList(mets, {
      divs: mets.divs.filter(({ type }) => isPageType(type)),
      groups: [{ isText: isDocWorksText, name: 'USE="Fulltext", "content" or "Text"' }],
      format: null,
      hrefs: 'paths',
    }),
    text: 'named',
  }),
}
