import type { Dialect, PageSource } from '../dialect.ts'
import { isOpenProfile, isPageType, type MetsFile } from '../mets-file.ts'
import { pageList } from '../page-list.ts'
import { isDocWorksText, namedGroups, type TextGroup } from '../text-groups.ts'

/**
 * A workspace of OCR-D: one group for each step of the work, `OCR-D-…` or of any name, in which ALTO and PAGE are known by
 * their MIMETYPE: images may be in it too. The text of a page is in the last group of ALTO that has a file of it, else in the last
 * of PAGE; where that file holds none, as after a step that only looks for lines, in the group before it. With a group that is
 * text by its name (`FULLTEXT`) a workspace is finished and read as Kitodo's, unless nothing of that lies in the item: then it was
 * begun with the METS of a library.
 */
export const ocrD: Dialect = {
  name: 'OCR-D',
  matches: (mets) => isOpenProfile(mets.profile) && isWorkspace(mets) && textGroups(mets).length > 0,
  read: (mets) => stepsOf(mets, textGroups(mets)),
}

/** The pages with the text of the steps, where a METS of Kitodo's has any. */
export function ownSteps(mets: MetsFile): Pick<PageSource, 'otherwise'> {
  const groups = [...mets.files.values()].some(({ use }) => isStep(use)) ? textGroups(mets) : []
  return groups.length === 0 ? {} : { otherwise: () => stepsOf(mets, groups) }
}

function stepsOf(mets: MetsFile, groups: readonly TextGroup[]): PageSource {
  const divs = mets.divs.filter(({ type }) => isPageType(type))
  // not those of what it stands for
  const before: PageSource['before'] = []
  return { before, ...pageList(mets, { groups, divs, format: null, hrefs: 'paths' }), text: 'named' }
}

/** ALTO first; `text/xml` is what the steps of older workspaces are called. */
const kinds = [/^application\/alto\+xml$/, /^application\/vnd\.prima\.page\+xml$/, /^(?:text|application)\/xml$/]
const isStep = (use: string | null): boolean => use?.startsWith('OCR-D-') ?? false

const textGroup = (group: string, kind: RegExp): TextGroup => ({
  isText: ({ use, mime }) => use === group && kind.test(mime ?? ''),
  name: `USE="${group}"`,
})

/** Nothing in it is text by the name of its group, but that a step may be called anything. */
function isWorkspace(mets: MetsFile): boolean {
  const files = [...mets.files.values()]
  if (files.some(({ use }) => use === 'FULLTEXT')) return false
  return files.some(({ use }) => isStep(use)) || (namedGroups(mets).length === 0 && !files.some(isDocWorksText))
}

/** The groups with text in them, the last first. */
function textGroups({ files }: MetsFile): TextGroup[] {
  const entries = [...files.values()].toReversed()
  return kinds.flatMap((mime, at) => {
    const isIn = ({ use, mime: of }: { use: string | null; mime: string | null }) =>
      use !== null && mime.test(of ?? '') && (at < 2 || isStep(use))
    return [...new Set(entries.filter(isIn).map(({ use }) => use!))].map((use) => textGroup(use, mime))
  })
}
