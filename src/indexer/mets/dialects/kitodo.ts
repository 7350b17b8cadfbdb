import type { Dialect } from '../dialect.ts'
import { isOpenProfile, isPageType, type MetsEntry, type MetsFile } from '../mets-file.ts'
import { pageList } from '../page-list.ts'

// MIMETYPE is not asked: one library's ALTO is called application/pdf.
const isText = ({ use }: MetsEntry): boolean => use === 'FULLTEXT'

/**
 * METS of the DFG viewer, as Kitodo, Goobi and Visual Library write it: pages are the `page` divs of the physical
 * structMap, their text the group `FULLTEXT`. Where there is no such group the text lies in files beside the METS that are
 * called as the images are: `ID_alto/00000001.xml`, `ID_txt/00000001.txt`.
 */
export const kitodo: Dialect = {
  name: 'Kitodo',
  matches: (mets) => mets.profile === null || (isOpenProfile(mets.profile) && isLaidOutSo(mets)),
  read: (mets) => ({
    ...pageList(mets, {
      divs: mets.divs.filter(({ type }) => isPageType(type)),
      isText,
      group: 'USE="FULLTEXT"',
      format: null,
      hrefs: 'paths',
      mayLackText: true,
    }),
    text: hasFulltext(mets) ? 'named' : 'beside',
  }),
}

/** Pages as here, and no text as HathiTrust has it. */
function isLaidOutSo({ divs, files }: MetsFile): boolean {
  return divs.some(({ type }) => isPageType(type)) && ![...files.values()].some(({ use }) => use === 'ocr')
}

function hasFulltext({ files }: MetsFile): boolean {
  for (const file of files.values()) if (isText(file)) return true
  return false
}
