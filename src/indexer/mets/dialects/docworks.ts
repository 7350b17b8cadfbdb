import type { Dialect } from '../dialect.ts'
import { isOpenProfile, isPageType, type MetsEntry } from '../mets-file.ts'
import { pageList } from '../page-list.ts'

const groups = /^(?:fulltext|content|text)$/i
const isMarkup = (mime: string | null): boolean => mime === null || /xml|html|text\/plain/i.test(mime)
const isText = ({ use, mime }: MetsEntry): boolean => groups.test(use ?? '') && isMarkup(mime)

/**
 * METS/ALTO of CCS docWorks, as the British Library, the Bibliothèque nationale (profile ENMAP) and the library of
 * Luxembourg have it: the group of the text is `Fulltext`, `content` or `Text`, in a group or not, and pages are `page`,
 * `TITLE_PAGE`, `CONTENT_PAGE`. A file without an FLocat is none of a page.
 */
export const docWorks: Dialect = {
  name: 'docWorks',
  matches: ({ profile, files }) => {
    if (!isOpenProfile(profile)) return profile === 'ENMAP'
    for (const file of files.values()) if (isText(file) && file.use !== 'FULLTEXT') return true
    return false
  },
  read: (mets) => ({
    ...pageList(mets, {
      divs: mets.divs.filter(({ type }) => isPageType(type)),
      isText,
      group: 'USE="Fulltext", "content" or "Text"',
      format: null,
      hrefs: 'paths',
    }),
    text: 'named',
  }),
}
