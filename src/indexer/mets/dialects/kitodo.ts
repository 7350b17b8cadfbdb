import type { Dialect } from '../dialect.ts'
import { isOpenProfile, isPageType, type MetsFile } from '../mets-file.ts'
import { pageList } from '../page-list.ts'
import { isPlainOcr, namedGroups } from '../text-groups.ts'
import { ownSteps } from './ocr-d.ts'

/**
 * METS of the DFG viewer, as Kitodo, Goobi and Visual Library write it: pages are the `page` divs of the physical
 * structMap, their text the group `FULLTEXT`, or one called `ALTO`, page by page the best that has it. Where there is no such group the text lies in files beside the METS that are
 * called as the images are: `ID_alto/00000001.xml`, `ID_txt/00000001.txt`.
 */
export const kitodo: Dialect = {
  name: 'Kitodo',
  matches: (mets) => mets.profile === null || (isOpenProfile(mets.profile) && isLaidOutSo(mets)),
  read: (mets) => {
    const groups = namedGroups(mets)
    return {
      ...pageList(mets, {
        divs: mets.divs.filter(({ type }) => isPageType(type)),
        groups,
        format: null,
        hrefs: 'paths',
        mayLackText: true,
      }),
      text: groups.length === 0 ? 'beside' : 'named',
      ...ownSteps(mets),
    }
  },
}

/** Pages as here, and no text as HathiTrust has it. */
function isLaidOutSo({ divs, files }: MetsFile): boolean {
  return divs.some(({ type }) => isPageType(type)) && ![...files.values()].some(isPlainOcr)
}
