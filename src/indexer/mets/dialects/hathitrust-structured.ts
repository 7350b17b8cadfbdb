import { SlipError } from '../../../errors/slip-error.ts'
import type { Dialect } from '../dialect.ts'
import type { MetsFile } from '../mets-file.ts'
import { pageList } from '../page-list.ts'
import { groupOf } from '../text-groups.ts'
import { volumePages } from './hathitrust.ts'

// Values of markup_language in the textMD block (source: DataTypes.pm of HathiTrust's mdp-lib).
const jats = 'http://dtd.nlm.nih.gov/publishing/3.0/journalpublishing3.dtd'
const tei = 'http://www.tei-c.org/release/xml/tei/schema/dtd//tei.dtd'

/**
 * HathiTrust's structured profile; which of two it is the textMD block says. TEI: a volume, its pages in
 * `fileGrp[@USE='ocr']`. JATS: an article in `fileGrp[@USE='article']`, the `div`s contents/article/primary.
 */
export const hathiTrustStructured: Dialect = {
  name: 'HathiTrust structured',
  matches: ({ profile }) => /\/hathitrust-structured-mets-profile1\.0\.xml$/.test(profile ?? ''),
  read: (mets) => {
    if (mets.markupLanguage === jats) return { ...articles(mets), text: 'named' }
    if (mets.markupLanguage === tei) {
      return {
        ...volumePages(mets, { groups: [groupOf('ocr')], format: 'structured', hasFeatures: true }),
        text: 'named',
      }
    }
    const place = { markupLanguage: mets.markupLanguage?.slice(0, 200) ?? '' }
    const message = `Markup language "${place.markupLanguage}" is neither TEI nor JATS.`
    throw new SlipError('METS_UNSUPPORTED', message, { place })
  },
}

function articles(mets: MetsFile) {
  const groups = [groupOf('article')]
  const divs = mets.divs.filter(({ depth, type }) => depth === 3 && type === 'primary')
  return pageList(mets, { groups, divs, format: 'structured', hrefs: 'plain', unordered: true, mayLeaveText: true })
}
