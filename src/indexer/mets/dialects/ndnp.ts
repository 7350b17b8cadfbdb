import type { Dialect } from '../dialect.ts'
import { isOpenProfile, type MetsDiv, type MetsEntry, type MetsFile } from '../mets-file.ts'
import { modsPageNumbers } from '../mods-page-numbers.ts'
import { pageList } from '../page-list.ts'

const isPageType = (type: string | null): boolean => type !== null && /^np:page$/i.test(type)
const isPage = ({ type }: MetsDiv): boolean => isPageType(type)
const isText = ({ use, ownUse }: MetsEntry): boolean => (ownUse ?? use) === 'ocr'

/**
 * An issue of the National Digital Newspaper Program of the Library of Congress: a group of files for each page, of which
 * the one with USE `ocr` is its ALTO, and pages `np:page` without ORDER in a structMap without TYPE. A page that was not
 * digitized has no file. Its printed number stands in MODS.
 */
export const ndnp: Dialect = {
  name: 'NDNP',
  matches: (mets) => isOpenProfile(mets.profile) && pagesOf(mets).length > 0,
  read: (mets) => {
    const listing = { groups: [{ isText, name: 'files with USE="ocr"' }], format: null, hrefs: 'paths' } as const
    const divs = pagesOf(mets)
    const numbers = modsPageNumbers(mets, isPageType)
    const labels = numbers.length === divs.length ? numbers : []
    return { ...pageList(mets, { ...listing, divs, labels }), text: 'named' }
  },
}

const pagesOf = ({ divs, untypedDivs }: MetsFile): MetsDiv[] => [...divs, ...untypedDivs].filter(isPage)
