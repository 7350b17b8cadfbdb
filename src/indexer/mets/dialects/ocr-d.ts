import type { Dialect } from '../dialect.ts'
import { isOpenProfile, isPageType, type MetsFile } from '../mets-file.ts'
import { pageList } from '../page-list.ts'

/**
 * A workspace of OCR-D: one group for each step of the work, `OCR-D-…`. The text is in the last group of ALTO, else in
 * the last group of PAGE, known by MIMETYPE: images may be in it too. With a group `FULLTEXT` a workspace is finished and read as Kitodo's.
 */
export const ocrD: Dialect = {
  name: 'OCR-D',
  matches: (mets) => isOpenProfile(mets.profile) && !usesOf(mets).has('FULLTEXT') && textGroup(mets) !== null,
  read: (mets) => {
    const { use: group, mime } = textGroup(mets) as TextGroup
    return {
      ...pageList(mets, {
        divs: mets.divs.filter(({ type }) => isPageType(type)),
        isText: (file) => file.use === group && file.mime === mime,
        group: `USE="${group}"`,
        format: null,
        hrefs: 'paths',
      }),
      text: 'named',
    }
  },
}

const usesOf = ({ files }: MetsFile): Set<string | null> => new Set([...files.values()].map(({ use }) => use))

interface TextGroup {
  readonly use: string
  readonly mime: string
}

function textGroup({ files }: MetsFile): TextGroup | null {
  const steps = [...files.values()].filter(({ use }) => use?.startsWith('OCR-D-'))
  for (const mime of ['application/alto+xml', 'application/vnd.prima.page+xml']) {
    const group = steps.findLast((file) => file.mime === mime)
    if (group?.use) return { use: group.use, mime }
  }
  return null
}
